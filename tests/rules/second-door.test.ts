import { expect, test } from "vitest";
import { globalSelectorProblem, selectorProblem } from "../../configurator/render/selector-check.js";
import { templatesProblem } from "../../configurator/render/template-check.js";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { enforceProjects } from "../../server/rules/promql/enforce-projects.js";
import { type Expression, type Matcher, mapSelectors, type Selector } from "../../server/rules/promql/expression.js";
import { parseExpression } from "../../server/rules/promql/parse-expression.js";
import { printExpression } from "../../server/rules/promql/print-expression.js";
import { checkTemplate } from "../../server/rules/template/check-template.js";
import { Random } from "./random.js";
import { ExpressionWriter, keywordNames, plainNames } from "./random-expression.js";
import { writtenRules } from "./rule-files.js";
import { sensitiveExpression } from "./sensitive-expression.js";

/* The agent checks again what the server has confined, with code of its own: the two must agree. */
const random = new Random(21);
const writer = new ExpressionWriter(random, [...plainNames, ...keywordNames]);
const written = [
  ...writtenRules.map(({ expr }) => expr),
  ...Array.from({ length: 300 }, () => writer.rule()),
  ...Array.from({ length: 100 }, () => sensitiveExpression(random, plainNames)),
];

/** The expression once for each of its selectors, with the matchers of that one changed. */
function withOneChanged(expression: Expression, change: (selector: Selector) => readonly Matcher[]): readonly string[] {
  let count = 0;
  mapSelectors(expression, (selector) => {
    count++;
    return selector;
  });
  return Array.from({ length: count }, (_, wanted) => {
    let at = 0;
    const changed = mapSelectors(expression, (selector) =>
      at++ === wanted ? { ...selector, matchers: change(selector) } : selector,
    );
    return printExpression(changed);
  });
}

const own = (changes: Partial<Matcher>): Matcher => ({
  name: "project",
  operator: "=",
  value: "a",
  from: 0,
  to: 0,
  ...changes,
});
const without = ({ matchers }: Selector) => matchers.filter(({ name }) => name !== "project");
const changes: Readonly<Record<string, (selector: Selector) => readonly Matcher[]>> = {
  "no matcher": without,
  "another project": (selector) => [...without(selector), own({ value: "b" })],
  "no project": (selector) => [...without(selector), own({ value: "" })],
  "a regular expression": (selector) => [...without(selector), own({ operator: "=~" })],
  "a negation": (selector) => [...without(selector), own({ operator: "!=", value: "b" })],
  "another label": (selector) => [...without(selector), own({ name: "projects" })],
  "a second matcher": (selector) => [...selector.matchers, own({})],
  "a second project": (selector) => [...selector.matchers, own({ value: "b" })],
};

test("the agent takes every expression that the server has confined", () => {
  const refused = written.flatMap((text) => {
    const result = enforceProject(text, "a");
    const problem = result.ok ? selectorProblem(result.enforced, "a") : undefined;
    return problem === undefined ? [] : [{ text, problem }];
  });
  expect(refused).toEqual([]);
});

test.each(Object.entries(changes))("the agent flags %s, in whichever selector it is", (_, change) => {
  let flagged = 0;
  const missed = written.flatMap((text) => {
    const result = enforceProject(text, "a");
    if (!result.ok) return [];
    const forms = withOneChanged(parseExpression(result.enforced), change);
    flagged += forms.length;
    return forms.filter((form) => selectorProblem(form, "a") === undefined);
  });
  expect(missed).toEqual([]);
  expect(flagged).toBeGreaterThan(1_200);
});

test("the agent takes every global expression that the server takes, and none with an open selector", () => {
  let count = 0;
  for (const text of written) {
    const result = enforceProjects(text);
    if (!result.ok) continue;
    count++;
    expect(globalSelectorProblem(result.enforced), result.enforced).toBeUndefined();
    const forms = withOneChanged(parseExpression(result.enforced), without);
    expect(forms.filter((form) => globalSelectorProblem(form) === undefined)).toEqual([]);
  }
  expect(count).toBeGreaterThan(100);
});

test("the agent takes every template that the server takes", () => {
  const templates = writtenRules.flatMap(({ labels, annotations }) => [labels, annotations].flatMap(Object.values));
  const taken = templates.filter((template) => checkTemplate(template).length === 0);
  expect(taken.length).toBe(1524);
  expect(taken.filter((template) => templatesProblem([template]) !== undefined)).toEqual([]);
});
