import { type Expression, type StringLiteral, withoutParentheses } from "./expression.js";

/** The label that a call or an aggregation writes on each series of its result, where it names one. */
export function writtenLabel(node: Expression): StringLiteral | undefined {
  if (node.kind === "aggregation" && node.operator === "count_values") return literal(node.parameter);
  const writes = node.kind === "call" && (node.name === "label_replace" || node.name === "label_join");
  return writes ? literal(node.arguments[1]) : undefined;
}

/** The labels whose values a `label_join` reads. */
export function joinedLabels(node: Expression): readonly StringLiteral[] {
  if (node.kind !== "call" || node.name !== "label_join") return [];
  return node.arguments.slice(3).flatMap((argument) => literal(argument) ?? []);
}

/** The regular expression of a `label_replace`. */
export function replacedPattern(node: Expression): StringLiteral | undefined {
  return node.kind === "call" && node.name === "label_replace" ? literal(node.arguments[4]) : undefined;
}

/** Prometheus looks through parentheses here: `label_replace(x, ("project"), …)` writes the label all the same. */
function literal(argument: Expression | undefined): StringLiteral | undefined {
  const inner = argument && withoutParentheses(argument);
  return inner?.kind === "string" ? inner : undefined;
}
