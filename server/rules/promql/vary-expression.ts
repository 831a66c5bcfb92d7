import { parser } from "@prometheus-io/lezer-promql";
import { compileAnchored } from "../../core/regex.js";
import { type Matcher, mapSelectors, type Selector } from "./expression.js";
import { projectLabel } from "./language.js";
import { printString } from "./literals.js";
import { readTree } from "./parse-expression.js";
import { printExpression } from "./print-expression.js";
import { everySelectorReads, projectMatchersIn } from "./verify-selectors.js";

/**
 * An operator's expression, as `enforceProjects` gave it, that leaves out the series of these projects: each selector gets
 * `project!~"a|b"`. Names come in the order given, so that equal sets are to be sorted.
 */
export function excludeProjects(enforced: string, projects: readonly string[]): string {
  if (projects.length === 0) return enforced;
  const value = projects.map((name) => name.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&")).join("|");
  const exclusion = { name: projectLabel, operator: "!~", value } as const;
  const varied = varySelectors(enforced, (selector) => {
    const { from, to } = selector;
    return { ...selector, matchers: [...selector.matchers, { ...exclusion, from, to }] };
  });
  const written = `!~${printString(value)}`;
  const found = projectMatchersIn(parser.parse(varied), varied);
  if (found?.every((matchers) => matchers.includes(written)) !== true) throw new Error(`Not excluded in ${varied}`);
  return varied;
}

/**
 * An operator's expression, as `enforceProjects` gave it, that reads the series of one project alone, each selector by
 * exactly one matcher `project="…"`; null when a selector asks for other projects.
 */
export function narrowToProject(enforced: string, project: string): string | null {
  if (project === "") throw new Error("Without a project's name, every series that has no project would match.");
  let isForeign = false;
  const varied = varySelectors(enforced, (selector) => {
    const { from, to } = selector;
    const asked = selector.matchers.filter(({ name }) => name === projectLabel);
    if (!asked.every((matcher) => accepts(matcher, project))) isForeign = true;
    const others = selector.matchers.filter(({ name }) => name !== projectLabel);
    return { ...selector, matchers: [...others, { name: projectLabel, operator: "=", value: project, from, to }] };
  });
  if (isForeign) return null;
  if (!everySelectorReads(parser.parse(varied), varied, project)) throw new Error(`Not confined in ${varied}`);
  return varied;
}

function varySelectors(enforced: string, vary: (selector: Selector) => Selector): string {
  const printed = printExpression(mapSelectors(readTree(parser.parse(enforced), enforced), vary));
  if (printExpression(readTree(parser.parse(printed), printed)) !== printed)
    throw new Error(`Read otherwise: ${printed}`);
  return printed;
}

function accepts({ operator, value }: Matcher, project: string): boolean {
  if (operator === "=" || operator === "!=") return (value === project) === (operator === "=");
  return compileAnchored(value)(project) === (operator === "=~");
}
