import type { SyntaxNode } from "@lezer/common";
import { Refusal } from "../text-problem.js";
import type { Expression, Matcher, MatchOperator, Placement, Selector } from "./expression.js";
import { readDurationMs, readNumber, readString } from "./literals.js";
import { childNodes, textOf } from "./syntax-node.js";

const matchOperators: ReadonlyMap<string, MatchOperator> = new Map(
  (["=", "!=", "=~", "!~"] as const).map((operator) => [operator, operator]),
);

/** The latest time that `@` may name, the end of the year 9999, in seconds. */
const mostAtSeconds = 253_402_300_799;

/**
 * The step of a subquery that gives none, in milliseconds. It is printed with the others: Prometheus would take its
 * evaluation interval, and so evaluate as often as that is short.
 */
const defaultStepMs = 60_000;

/** Reads an instant vector selector. */
export function readSelector(node: SyntaxNode, text: string): Selector {
  let name: string | undefined;
  const matchers: Matcher[] = [];
  for (const child of childNodes(node)) {
    if (child.name === "Identifier") name = textOf(child, text);
    else if (child.name === "LabelMatchers") {
      matchers.push(...childNodes(child).map((matcher) => readMatcher(matcher, text)));
    } else throw new Refusal("This is not understood in a selector.", child);
  }
  const second = matchers.find((matcher) => matcher.name === "__name__");
  if (name !== undefined && second) {
    throw new Refusal(`The metric's name is already "${name}"; remove this matcher.`, second);
  }
  return { kind: "selector", name, matchers, from: node.from, to: node.to };
}

function readMatcher(node: SyntaxNode, text: string): Matcher {
  const [name, operatorNode, value] = childNodes(node);
  if (node.name !== "UnquotedLabelMatcher" || !name || !operatorNode || !value) {
    throw new Refusal('Write a matcher as label="value"; quoted names are not supported.', node);
  }
  const operator = matchOperators.get(textOf(operatorNode, text));
  if (!operator || name.name !== "LabelName" || value.name !== "StringLiteral") {
    throw new Refusal('Write a matcher as label="value", with one of = != =~ !~.', node);
  }
  const { from, to } = node;
  return { name: textOf(name, text), operator, value: readString(textOf(value, text), value), from, to };
}

/** Reads what follows an operand and binds to it alone: `[range]`, `[range:step]`, `offset`, `@`. */
export function readPostfix(node: SyntaxNode, text: string): (expression: Expression) => Expression {
  const { to } = node;
  const [, first, second] = childNodes(node);
  if (!first) throw new Refusal("Something is missing here.", node);
  switch (node.name) {
    case "MatrixSelector": {
      const rangeMs = readDuration(first, text);
      return (expression) => {
        if (expression.kind !== "selector" || isPlaced(expression)) {
          const message =
            "A range goes directly behind a selector, before offset and @; for an expression write [5m:1m].";
          throw new Refusal(message, { from: expression.from, to });
        }
        return { kind: "range", selector: expression, rangeMs, from: expression.from, to };
      };
    }
    case "SubqueryExpr": {
      const rangeMs = readDuration(first, text);
      const stepMs = second ? readDuration(second, text) : defaultStepMs;
      return (expression) => ({ kind: "subquery", expression, rangeMs, stepMs, from: expression.from, to });
    }
    case "OffsetExpr": {
      if (!second) throw new Refusal("The offset lacks its duration.", node);
      const offsetMs = readOffset(second, text);
      return (expression) => place(expression, { offsetMs }, "offset", to);
    }
    case "StepInvariantExpr": {
      if (!second) throw new Refusal("The @ lacks its time.", node);
      const at = readAt(second, text);
      return (expression) => place(expression, { at }, "@", to);
    }
    default:
      throw new Refusal("This is not supported.", node);
  }
}

function place(expression: Expression, placement: Placement, word: string, to: number): Expression {
  const { from } = expression;
  if (expression.kind !== "selector" && expression.kind !== "range" && expression.kind !== "subquery") {
    throw new Refusal(`"${word}" goes behind a selector, a range or a subquery.`, { from, to });
  }
  const isSecond = placement.at === undefined ? expression.offsetMs !== undefined : expression.at !== undefined;
  if (isSecond) throw new Refusal(`"${word}" may be given only once.`, { from, to });
  return { ...expression, ...placement, to };
}

function isPlaced({ offsetMs, at }: Placement): boolean {
  return offsetMs !== undefined || at !== undefined;
}

function readOffset(node: SyntaxNode, text: string): number {
  const [first, second] = childNodes(node);
  if (first?.name === "UnaryOp" && textOf(first, text) === "-" && second?.name === "OffsetDurationExpr") {
    return -readDuration(second, text);
  }
  return readDuration(node, text);
}

/** Reads a duration that is written out; version 3's arithmetic on durations is not supported. */
function readDuration(node: SyntaxNode, text: string): number {
  const [literal, ...others] = childNodes(node);
  if (literal?.name !== "NumberDurationLiteralInDurationContext" || others.length > 0) {
    throw new Refusal("Write the duration out, for example 5m or 1h30m.", node);
  }
  return readDurationMs(textOf(node, text), node);
}

function readAt(node: SyntaxNode, text: string): number | "start" | "end" {
  const written = textOf(node, text);
  if (node.name === "AtModifierPreprocessors") return written.toLowerCase() === "start" ? "start" : "end";
  const isNegative = written.startsWith("-");
  const value = readNumber(written.replace(/^[-+]\s*/, ""), node);
  if (!(value <= mostAtSeconds)) throw new Refusal("Write the time behind @ in seconds since 1970.", node);
  const seconds = Math.round(value * 1000) / 1000;
  return isNegative && seconds !== 0 ? -seconds : seconds;
}
