import { parser } from "@prometheus-io/lezer-promql";
import type { TextProblem } from "../text-problem.js";
import { type Expression, type Matcher, mapSelectors, type Selector, walk } from "./expression.js";
import { defaultExpressionLimits, type ExpressionLimits } from "./expression-limits.js";
import { projectLabel } from "./language.js";
import { readTree } from "./parse-expression.js";
import { printExpression } from "./print-expression.js";
import { readExpression } from "./read-expression.js";
import { writtenLabel } from "./string-arguments.js";
import { everySelectorReads } from "./verify-selectors.js";

/** The expression as it may run, or why it may not. */
export type EnforceResult =
  | { readonly ok: true; readonly enforced: string }
  | { readonly ok: false; readonly problems: readonly TextProblem[] };

/**
 * Confines an expression to the series of one project: each selector, wherever it stands, gets `project="…"`.
 *
 * A matcher of the author's own on `project` stays if it names this project and is refused otherwise, since to replace
 * it silently would answer another question than was asked. `by`, `on`, `ignoring` and `group_left` may name `project`:
 * all that they see is the project's own. What runs is printed from the syntax tree, never the author's text.
 */
export function enforceProject(
  text: string,
  project: string,
  limits: ExpressionLimits = defaultExpressionLimits,
): EnforceResult {
  if (project === "") throw new Error("Without a project's name, every series that has no project would match.");
  const read = readExpression(text, limits);
  if (!read.ok) return read;
  const problems = foreignLabels(read.expression, project);
  if (problems.length > 0) return { ok: false, problems };
  const enforced = printExpression(mapSelectors(read.expression, (selector) => confine(selector, project)));
  return isConfined(enforced, project) ? { ok: true, enforced } : { ok: false, problems: [unconfined(text)] };
}

function foreignLabels(expression: Expression, project: string): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  walk(expression, (node) => {
    if (node.kind === "selector") {
      for (const matcher of node.matchers) {
        if (matcher.name !== projectLabel || isOwn(matcher, project)) continue;
        const message = `Remove this matcher: an expression reads its own project, and ${projectLabel} is added by itself.`;
        problems.push({ message, from: matcher.from, to: matcher.to });
      }
    }
    const label = writtenLabel(node);
    if (label?.value === projectLabel) {
      const message = `The label ${projectLabel} is set by itself; write to another label.`;
      problems.push({ message, from: label.from, to: label.to });
    }
  });
  return problems;
}

function isOwn({ operator, value }: Matcher, project: string): boolean {
  return operator === "=" && value === project;
}

function confine(selector: Selector, project: string): Selector {
  const first = selector.matchers.findIndex(({ name }) => name === projectLabel);
  const { from, to } = selector;
  const own: Matcher = { name: projectLabel, operator: "=", value: project, from, to };
  if (first === -1) return { ...selector, matchers: [...selector.matchers, own] };
  return {
    ...selector,
    matchers: selector.matchers.filter(({ name }, index) => name !== projectLabel || index === first),
  };
}

/** Reads the printed form anew, and by a second way: what was meant above does not count, only what is written. */
function isConfined(enforced: string, project: string): boolean {
  const tree = parser.parse(enforced);
  return everySelectorReads(tree, enforced, project) && printExpression(readTree(tree, enforced)) === enforced;
}

/** The answer where the ways of reading differ, which nobody should ever see. */
export function unconfined(text: string): TextProblem {
  const message = "This cannot be confined to the project with certainty; write it more simply.";
  return { message, from: 0, to: text.length };
}
