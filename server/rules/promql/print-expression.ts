import { formatDuration } from "../../core/duration.js";
import type { Aggregation, Binary, Expression, Matcher, Placement, Selector, VectorMatching } from "./expression.js";
import { keywords } from "./language.js";
import { printNumber, printString } from "./literals.js";

/**
 * Prints the canonical form: one line, without comments, strings in double quotes, durations and numbers normalised.
 * It is made from the syntax tree alone, so nothing of the author's text that was not understood can be in it.
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return printNumber(expression.value);
    case "string":
      return printString(expression.value);
    case "selector":
      return printSelector(expression) + printPlacement(expression);
    case "range":
      return `${printSelector(expression.selector)}[${formatDuration(expression.rangeMs)}]${printPlacement(expression)}`;
    case "subquery": {
      const range = `[${formatDuration(expression.rangeMs)}:${formatDuration(expression.stepMs)}]`;
      return printExpression(expression.expression) + range + printPlacement(expression);
    }
    case "call":
      return `${expression.name}(${expression.arguments.map(printExpression).join(", ")})`;
    case "aggregation":
      return printAggregation(expression);
    case "binary":
      return printBinary(expression);
    case "unary":
      return expression.operator + printExpression(expression.expression);
    case "parenthesised":
      return `(${printExpression(expression.expression)})`;
  }
}

function printSelector({ name, matchers }: Selector): string {
  const isPlainName = name !== undefined && !keywords.has(name.toLowerCase());
  const inBraces = matchers.map(printMatcher);
  if (name !== undefined && !isPlainName) inBraces.unshift(`__name__=${printString(name)}`);
  const braces = inBraces.length > 0 ? `{${inBraces.join(",")}}` : "";
  return isPlainName ? name + braces : braces;
}

function printMatcher({ name, operator, value }: Matcher): string {
  return name + operator + printString(value);
}

function printPlacement({ at, offsetMs }: Placement): string {
  let text = "";
  if (typeof at === "number") text += ` @ ${at.toFixed(3)}`;
  else if (at) text += ` @ ${at}()`;
  if (offsetMs !== undefined) text += ` offset ${offsetMs < 0 ? "-" : ""}${formatDuration(Math.abs(offsetMs))}`;
  return text;
}

function printAggregation({ operator, grouping, parameter, expression }: Aggregation): string {
  // Grouping by nothing is what happens without a grouping too; without (), however, keeps all labels.
  const isGrouped = grouping !== undefined && (grouping.kind === "without" || grouping.labels.length > 0);
  const modifier = isGrouped ? ` ${grouping.kind} ${printLabels(grouping.labels)} ` : "";
  const first = parameter ? `${printExpression(parameter)}, ` : "";
  return `${operator}${modifier}(${first}${printExpression(expression)})`;
}

function printBinary({ operator, returnsBool, matching, left, right }: Binary): string {
  const modifiers = (returnsBool ? " bool" : "") + (matching ? printMatching(matching) : "");
  return `${printExpression(left)} ${operator}${modifiers} ${printExpression(right)}`;
}

function printMatching({ kind, labels, group }: VectorMatching): string {
  const included = group ? ` group_${group.side} ${printLabels(group.labels)}` : "";
  return ` ${kind} ${printLabels(labels)}${included}`;
}

function printLabels(labels: readonly string[]): string {
  return `(${labels.join(", ")})`;
}
