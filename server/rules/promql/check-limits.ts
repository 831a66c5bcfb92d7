import type { TextProblem } from "../text-problem.js";
import { childrenOf, type Expression } from "./expression.js";
import { YEAR_MS } from "./literals.js";
import { MAX_DEPTH } from "./parse-expression.js";

/**
 * How many pieces (selectors, numbers, calls, operators) one expression may have. The grammar gives up on chains of more
 * than 300 operators in a long text; with this limit, what is read as written is also read when printed.
 */
export const MAX_NODES = 500;

/** How often a subquery, with those that it stands in, may evaluate what is in it; Prometheus's own limit on graphs. */
export const MAX_SUBQUERY_STEPS = 11_000;

/** The step of a subquery that gives none: Prometheus's default evaluation interval, in milliseconds. */
const DEFAULT_STEP_MS = 60_000;

/** Checks what an expression may cost: its size, how far it looks back, and how often subqueries evaluate their inside. */
export function checkLimits(expression: Expression): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  let nodes = 0;

  function check(node: Expression, depth: number, steps: number): void {
    const report = (message: string) => problems.push({ message, from: node.from, to: node.to });
    nodes += 1;
    if (nodes > MAX_NODES || problems.length > 0) return;
    if (depth > MAX_DEPTH) report(`This nests deeper than ${MAX_DEPTH}; split the rule with recording rules.`);
    if ("rangeMs" in node && node.rangeMs > YEAR_MS) report("A range may be one year at most.");
    if ("offsetMs" in node && Math.abs(node.offsetMs ?? 0) > YEAR_MS) report("An offset may be one year at most.");
    const ownSteps = node.kind === "subquery" ? node.rangeMs / (node.stepMs ?? DEFAULT_STEP_MS) : 1;
    const allSteps = steps * Math.max(1, ownSteps);
    if (allSteps > MAX_SUBQUERY_STEPS) {
      const step = node.kind === "subquery" && node.stepMs === undefined ? " (without a step, 1m is counted)" : "";
      report(
        `This would be evaluated more than ${MAX_SUBQUERY_STEPS} times${step}; use a longer step or a shorter range.`,
      );
    }
    // The left side of an operator is not deeper: `a or b or c` of any length reads, and runs, as a list.
    childrenOf(node).forEach((child, index) => {
      check(child, node.kind === "binary" && index === 0 ? depth : depth + 1, allSteps);
    });
  }

  check(expression, 1, 1);
  if (nodes > MAX_NODES) {
    const message = `An expression may have ${MAX_NODES} parts at most; split it with recording rules.`;
    problems.push({ message, from: expression.from, to: expression.to });
  }
  return problems;
}
