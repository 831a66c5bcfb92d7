import { formatDuration } from "../../core/duration.js";
import type { TextProblem } from "../text-problem.js";
import { countSamples, countSteps } from "./count-samples.js";
import { childrenOf, type Expression } from "./expression.js";
import type { ExpressionLimits } from "./expression-limits.js";

/**
 * How many pieces (selectors, numbers, calls, operators) one expression may have. The grammar gives up on chains of more
 * than 300 operators in a long text; with this limit, what is read as written is also read when printed.
 */
export const mostNodes = 500;

/** Checks what an expression may cost: its size, how far it looks back, how often subqueries evaluate their inside, and all of it. */
export function checkLimits(expression: Expression, limits: ExpressionLimits): readonly TextProblem[] {
  const { depth: mostDepth, longestRangeMs, subquerySteps, selectors: mostSelectors, samples: mostSamples } = limits;
  const longest = formatDuration(longestRangeMs);
  const problems: TextProblem[] = [];
  let nodes = 0;
  let selectors = 0;

  function check(node: Expression, depth: number, steps: number): void {
    const report = (message: string) => problems.push({ message, from: node.from, to: node.to });
    nodes += 1;
    if (nodes > mostNodes || problems.length > 0) return;
    if (depth > mostDepth) report(`This nests deeper than ${mostDepth}; split the rule with recording rules.`);
    if (node.kind === "selector") selectors += 1;
    if (selectors > mostSelectors) {
      report(`An expression may have ${mostSelectors} selectors at most; split it with recording rules.`);
    }
    if ("rangeMs" in node && node.rangeMs > longestRangeMs) report(`A range may be ${longest} at most.`);
    if ("offsetMs" in node && Math.abs(node.offsetMs ?? 0) > longestRangeMs) {
      report(`An offset may be ${longest} at most.`);
    }
    const allSteps = steps * countSteps(node);
    if (allSteps > subquerySteps) {
      report(
        `This would be evaluated more than ${subquerySteps} times; use a longer step (1m if left out) or a shorter range.`,
      );
    }
    // The left side of an operator is not deeper: `a or b or c` of any length reads, and runs, as a list.
    childrenOf(node).forEach((child, index) => {
      check(child, node.kind === "binary" && index === 0 ? depth : depth + 1, allSteps);
    });
  }

  check(expression, 1, 1);
  if (nodes > mostNodes) {
    const message = `An expression may have ${mostNodes} parts at most; split it with recording rules.`;
    problems.push({ message, from: expression.from, to: expression.to });
  }
  const samples = problems.length > 0 ? 0 : Math.ceil(countSamples(expression));
  if (samples > mostSamples) {
    const advice = "use shorter ranges, longer steps, or what recording rules have worked out";
    const message = `This would read ${samples} samples of each series, at one a minute, and may read ${mostSamples}; ${advice}.`;
    problems.push({ message, from: expression.from, to: expression.to });
  }
  return problems;
}
