import type { PatternReader } from "../pattern-reader.js";
import { readString } from "../promql/literals.js";
import { Refusal, type Span } from "../text-problem.js";
import type { TemplateToken } from "./scan-template.js";
import { templateFunctions } from "./template-functions.js";
import { labelsInAll, type TemplateValue } from "./template-value.js";

const allowed = "a template may only read $labels and $value, and format them";
const mostDepth = 16;

/** Reads what stands in an action: values, calls of allowed functions, pipes and parentheses. Throws `Refusal`. */
export function readPipeline(tokens: readonly TemplateToken[], action: Span, patterns: PatternReader): TemplateValue {
  let next = 0;
  let depth = 0;

  function pipeline(): TemplateValue {
    let value = command(undefined);
    while (tokens[next]?.kind === "|") {
      next++;
      value = command(value);
    }
    return value;
  }

  function command(piped: TemplateValue | undefined): TemplateValue {
    const token = tokens[next];
    if (!token || token.kind === "|" || token.kind === ")") {
      throw new Refusal("A value is missing here.", token ?? action);
    }
    if (token.kind === "word" && token.text !== "true" && token.text !== "false") return call(token, piped);
    const value = operand(token);
    const after = tokens[next];
    if (piped) throw new Refusal("Only a function may stand behind a pipe.", token);
    if (after && after.kind !== "|" && after.kind !== ")") throw new Refusal("Only a function takes values.", after);
    return value;
  }

  function call(name: TemplateToken, piped: TemplateValue | undefined): TemplateValue {
    const run = templateFunctions.get(name.text);
    if (!run) throw new Refusal(`"${name.text}" may not be used: ${allowed}.`, name);
    next++;
    const values: TemplateValue[] = [];
    let to = name.to;
    for (let token = tokens[next]; token && token.kind !== "|" && token.kind !== ")"; token = tokens[next]) {
      if (token.from === to) throw new Refusal("Put a space before this.", token);
      const value = operand(token);
      to = value.to;
      values.push(value);
    }
    return run(piped ? [...values, piped] : values, { from: name.from, to }, patterns);
  }

  function operand(token: TemplateToken): TemplateValue {
    next++;
    const { kind, text, from, to } = token;
    switch (kind) {
      case "string":
        return { type: "text", literal: readString(text, token), growth: 1, from, to };
      case "number":
        return { type: /[.eE]/.test(text) ? "float" : "integer", literal: text, growth: 1, from, to };
      case "variable":
      case "field":
        return read(token);
      case "(": {
        if (++depth > mostDepth) throw new Refusal(`Parentheses nest deeper than ${mostDepth}.`, token);
        const value = pipeline();
        const close = tokens[next++];
        if (close?.kind !== ")") throw new Refusal("This parenthesis is not closed.", token);
        if (isAttached(close, tokens[next])) throw new Refusal(`Fields of results may not be read: ${allowed}.`, close);
        depth--;
        return { ...value, from, to: close.to };
      }
      case "word":
        if (text === "true" || text === "false") return { type: "boolean", growth: 1, from, to };
        throw new Refusal(`"${text}" may not be used as a value; put a call in parentheses.`, token);
      default:
        throw new Refusal(`"${text}" may not be used: ${allowed}.`, token);
    }
  }

  /** Reads `$labels`, `$labels.name`, `$value`, and the same as `.Labels` and `.Value`. */
  function read(token: TemplateToken): TemplateValue {
    const field = tokens[next];
    const name = isAttached(token, field) ? field : undefined;
    if (name?.kind === "dot") throw new Refusal("A label's name is missing behind the dot.", name);
    if (name) next++;
    const to = name?.to ?? token.to;
    const span = { from: token.from, to };
    if (isAttached(name, tokens[next])) throw new Refusal("A label has no fields.", span);
    if (token.text === "$labels" || token.text === ".Labels")
      return name ? { type: "text", growth: 1, ...span } : { type: "labels", growth: labelsInAll, ...span };
    if ((token.text === "$value" || token.text === ".Value") && !name) return { type: "float", growth: 1, ...span };
    throw new Refusal(`"${token.text}" may not be read: ${allowed}.`, span);
  }

  const value = pipeline();
  const rest = tokens[next];
  if (rest) throw new Refusal(`"${rest.text}" is not expected here.`, rest);
  return value;
}

/** Whether a field or a dot follows without a space, and so belongs to what stands before it. */
function isAttached(token: TemplateToken | undefined, after: TemplateToken | undefined): after is TemplateToken {
  if (!token || !after || token.to !== after.from) return false;
  return after.kind === "field" || after.kind === "dot";
}
