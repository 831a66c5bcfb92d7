import { parser } from "@prometheus-io/lezer-promql";
import { compileAnchored } from "../../core/regex.js";
import { type Matcher, mapSelectors } from "./expression.js";
import { projectLabel } from "./language.js";
import { readTree } from "./parse-expression.js";
import { printExpression } from "./print-expression.js";
import { everySelectorReads } from "./verify-selectors.js";

/**
 * An operator's expression, as `enforceProjects` gave it, that reads the series of one project alone, each selector by
 * exactly one matcher `project="…"`; null when a selector asks for other projects.
 */
export function narrowToProject(enforced: string, project: string): string | null {
  if (project === "") throw new Error("Without a project's name, every series that has no project would match.");
  let isForeign = false;
  const narrowed = mapSelectors(readTree(parser.parse(enforced), enforced), (selector) => {
    const { from, to } = selector;
    const asked = selector.matchers.filter(({ name }) => name === projectLabel);
    if (!asked.every((matcher) => accepts(matcher, project))) isForeign = true;
    const others = selector.matchers.filter(({ name }) => name !== projectLabel);
    return { ...selector, matchers: [...others, { name: projectLabel, operator: "=", value: project, from, to }] };
  });
  if (isForeign) return null;
  const printed = printExpression(narrowed);
  const tree = parser.parse(printed);
  if (printExpression(readTree(tree, printed)) !== printed) throw new Error(`Read otherwise: ${printed}`);
  if (!everySelectorReads(tree, printed, project)) throw new Error(`Not confined: ${printed}`);
  return printed;
}

function accepts({ operator, value }: Matcher, project: string): boolean {
  if (operator === "=" || operator === "!=") return (value === project) === (operator === "=");
  return compileAnchored(value)(project) === (operator === "=~");
}
