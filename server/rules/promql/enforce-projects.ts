import { parser } from "@prometheus-io/lezer-promql";
import type { TextProblem } from "../text-problem.js";
import { checkProjectCarried } from "./carry-project.js";
import { checkDistinct } from "./distinct-series.js";
import { type EnforceResult, unconfined } from "./enforce-project.js";
import { type Expression, type Matcher, mapSelectors, type Selector, walk } from "./expression.js";
import { defaultExpressionLimits } from "./expression-limits.js";
import { projectLabel } from "./language.js";
import { readTree } from "./parse-expression.js";
import { printExpression } from "./print-expression.js";
import { readExpression } from "./read-expression.js";
import { everySelectorHasProject } from "./verify-selectors.js";

/**
 * Confines an operator's expression to series that belong to projects, and makes sure that what it gives of a project is
 * what it would give if that project were alone: so each alert belongs to the project that it is about, and no project
 * can keep the alerts of others from firing. A selector that does not exclude series of no project gets `project!=""`;
 * those are watched by rules in the operators' own base file.
 */
export function enforceProjects(text: string): EnforceResult {
  const read = readExpression(text, defaultExpressionLimits);
  if (!read.ok) return read;
  const { expression } = read;
  const problems = [...projectless(expression), ...checkProjectCarried(expression)];
  if (problems.length > 0) return { ok: false, problems };
  const failing = checkDistinct(expression);
  if (failing.length > 0) return { ok: false, problems: failing };
  const enforced = printExpression(mapSelectors(expression, narrow));
  const tree = parser.parse(enforced);
  const holds = everySelectorHasProject(tree, enforced) && printExpression(readTree(tree, enforced)) === enforced;
  return holds ? { ok: true, enforced } : { ok: false, problems: [unconfined(text)] };
}

function projectless(expression: Expression): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  walk(expression, (node) => {
    for (const { name, operator, value, from, to } of node.kind === "selector" ? node.matchers : []) {
      if (name !== projectLabel || operator !== "=" || value !== "") continue;
      const message = "This asks for series of no project; watch those by rules in the base file of Prometheus.";
      problems.push({ message, from, to });
    }
  });
  return problems;
}

function narrow(selector: Selector): Selector {
  if (selector.matchers.some(excludesNone)) return selector;
  const { from, to } = selector;
  return { ...selector, matchers: [...selector.matchers, { name: projectLabel, operator: "!=", value: "", from, to }] };
}

function excludesNone({ name, operator, value }: Matcher): boolean {
  if (name !== projectLabel) return false;
  return operator === "=" ? value !== "" : operator === "!=" && value === "";
}
