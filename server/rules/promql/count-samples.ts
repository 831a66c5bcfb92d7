import { childrenOf, type Expression } from "./expression.js";

/** What one sample stands for: a scrape each minute, as most jobs have it. */
const sampleMs = 60_000;

/** How far back Prometheus looks for the newest sample of a series, unless it is told otherwise. */
const lookbackMs = 5 * sampleMs;

/**
 * How many samples of each series an expression reads in one evaluation, if there is one a minute: for every selector its
 * range, as often as the subqueries that it stands in evaluate it. Whichever way they nest and are joined, so much is read.
 */
export function countSamples(expression: Expression, evaluations = 1): number {
  switch (expression.kind) {
    case "selector":
      return evaluations * (lookbackMs / sampleMs);
    case "range":
      return evaluations * (Math.max(expression.rangeMs, lookbackMs) / sampleMs);
    case "subquery":
      return countSamples(expression.expression, evaluations * countSteps(expression));
    default:
      return childrenOf(expression).reduce((sum, child) => sum + countSamples(child, evaluations), 0);
  }
}

/** How often an expression evaluates what is in it: once, or as a subquery for each step of its range. */
export function countSteps(expression: Expression): number {
  return expression.kind === "subquery" ? Math.max(1, expression.rangeMs / expression.stepMs) : 1;
}
