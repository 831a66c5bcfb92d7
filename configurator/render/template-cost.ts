/** A word of an action, white space too; `literal` is what a string says, without its quotes. */
export interface TemplateToken {
  readonly text: string;
  readonly literal?: string;
}

interface Value {
  readonly cost: number;
  readonly literal?: string;
}

/** As how many labels `$labels` itself counts. */
const labelsInAll = 64;
const mostDepth = 32;
const notCounted = /^(?:\s+|[-+])$/;
const word = /^[A-Za-z]/;

/** Formats that print about as much as they are given, widths and precisions being of two digits at most. */
const shortFormat = /^(?:[^%]|%%|%[-+# 0]*\d{0,2}(?:\.\d{0,2})?[vsdtfFeEgG])*$/s;

/**
 * How many labels and values an action reads, each as often as `reReplaceAll` may lengthen it. Undefined when that cannot
 * be told, as where a replacement or a format is not spelled out. The server has counted them by a way of its own.
 */
export function costOf(action: readonly TemplateToken[]): number | undefined {
  const tokens = withoutKeywords(joinFields(action));
  let next = 0;

  function pipeline(depth: number): Value | undefined {
    let value = command(undefined, depth);
    while (value !== undefined && tokens[next]?.text === "|") {
      next++;
      value = command(value, depth);
    }
    return value;
  }

  function command(piped: Value | undefined, depth: number): Value | undefined {
    const name = tokens[next]?.text ?? "";
    const isCall = word.test(name) && !isBoolean(name);
    if (isCall) next++;
    const values: Value[] = [];
    while (next < tokens.length && tokens[next]?.text !== "|" && tokens[next]?.text !== ")") {
      const value = operand(depth);
      if (value === undefined) return undefined;
      values.push(value);
    }
    if (piped !== undefined) values.push(piped);
    if (isCall) return call(name, values);
    return values.length === 1 ? values[0] : undefined;
  }

  function operand(depth: number): Value | undefined {
    const token = tokens[next++];
    if (token === undefined || (word.test(token.text) && !isBoolean(token.text))) return undefined;
    if (token.text === "$labels" || token.text === ".Labels") return { cost: labelsInAll };
    if (token.text !== "(") return { cost: 1, literal: token.literal };
    const value = depth < mostDepth ? pipeline(depth + 1) : undefined;
    return tokens[next++]?.text === ")" ? value : undefined;
  }

  if (tokens.length === 0) return 0;
  const value = pipeline(0);
  return next === tokens.length ? value?.cost : undefined;
}

function call(name: string, values: readonly Value[]): Value | undefined {
  const [first, second, third] = values;
  const cost = values.reduce((sum, value) => sum + value.cost, 0);
  if (name === "index" && first?.cost === labelsInAll) return { cost: cost - labelsInAll + 1 };
  if (name === "printf" && (first?.literal === undefined || !shortFormat.test(first.literal))) return undefined;
  if (name !== "reReplaceAll") return { cost };
  if (second?.literal === undefined || third === undefined) return undefined;
  return { cost: third.cost * (second.literal.length + 1) };
}

/** Makes `$labels` and the name behind it one word, and leaves white space and signs out. */
function joinFields(action: readonly TemplateToken[]): readonly TemplateToken[] {
  return action.flatMap((token, index) => {
    const field = action[index + 1]?.text ?? "";
    if (token.text === "$labels" && field.startsWith(".")) return [{ text: token.text + field }];
    const isJoined = action[index - 1]?.text === "$labels" && token.text.startsWith(".");
    return isJoined || notCounted.test(token.text) ? [] : [token];
  });
}

function withoutKeywords(tokens: readonly TemplateToken[]): readonly TemplateToken[] {
  const [first, second] = tokens;
  if (first?.text === "if" || first?.text === "end") return tokens.slice(1);
  return first?.text === "else" ? tokens.slice(second?.text === "if" ? 2 : 1) : tokens;
}

function isBoolean(text: string): boolean {
  return text === "true" || text === "false";
}
