import type { Binary, Expression, Matcher, Selector } from "../../server/rules/promql/expression.js";
import { mapSelectors } from "../../server/rules/promql/expression.js";
import { parseExpression } from "../../server/rules/promql/parse-expression.js";
import { printExpression } from "../../server/rules/promql/print-expression.js";

/**
 * One spelling of all that Prometheus spells in ways of its own: it sorts matchers, moves names into braces and out of
 * them, leaves out `ignoring ()`, and writes `+Inf`; a plus sign does nothing. Two texts with the same normal form mean the same.
 */
export function normalForm(text: string): string {
  const expression = parseExpression(text.replaceAll(/\n */g, " "));
  return printExpression(mapSelectors(withoutNoise(expression), sorted));
}

function sorted(selector: Selector): Selector {
  const { name, from, to } = selector;
  const named: readonly Matcher[] =
    name === undefined ? [] : [{ name: "__name__", operator: "=", value: name, from, to }];
  const byText = new Map(
    [...named, ...selector.matchers].map((each) => [JSON.stringify([each.name, each.operator, each.value]), each]),
  );
  return {
    ...selector,
    name: undefined,
    matchers: [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
  };
}

function withoutNoise(expression: Expression): Expression {
  switch (expression.kind) {
    case "unary": {
      const inner = withoutNoise(expression.expression);
      return expression.operator === "+" ? inner : { ...expression, expression: inner };
    }
    case "binary": {
      const { matching, left, right } = expression;
      const isIdle = matching?.kind === "ignoring" && matching.labels.length === 0 && matching.group === undefined;
      const binary: Binary = { ...expression, left: withoutNoise(left), right: withoutNoise(right) };
      return isIdle ? { ...binary, matching: undefined } : binary;
    }
    case "call":
      return { ...expression, arguments: expression.arguments.map(withoutNoise) };
    case "aggregation": {
      const { parameter } = expression;
      const inner = withoutNoise(expression.expression);
      return { ...expression, expression: inner, ...(parameter ? { parameter: withoutNoise(parameter) } : {}) };
    }
    case "parenthesised":
    case "subquery":
      return { ...expression, expression: withoutNoise(expression.expression) };
    default:
      return expression;
  }
}
