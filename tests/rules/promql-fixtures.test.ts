import { expect, test } from "vitest";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { checkTemplate, checkTemplatesTogether } from "../../server/rules/template/check-template.js";
import { promtoolRefusal } from "./promtool.js";
import { ruleFileNames, writtenRules } from "./rule-files.js";
import { readsOnly, selectorsOf } from "./selectors-of.js";

test("all rules that people published are enforced in each selector, and Prometheus takes them", async () => {
  const problems: unknown[] = [];
  const rules = writtenRules.flatMap(({ file, name, expr, labels, annotations }) => {
    const result = enforceProject(expr, "demo");
    if (result.ok) return [{ alert: name, expr: result.enforced, labels, annotations }];
    problems.push({ file, name, problems: result.problems });
    return [];
  });
  expect(problems).toEqual([]);
  expect({ files: ruleFileNames.length, rules: rules.length }).toEqual({ files: 56, rules: 508 });
  expect(rules.filter(({ expr }) => !readsOnly(expr, "demo"))).toEqual([]);
  const selectors = (expressions: readonly string[]) => expressions.flatMap(selectorsOf).length;
  expect(selectors(rules.map(({ expr }) => expr))).toBe(selectors(writtenRules.map(({ expr }) => expr)));
  expect(await promtoolRefusal(rules)).toBeNull();
});

test("all their templates read and format only", () => {
  const templates = writtenRules.flatMap(({ labels, annotations }) => [labels, annotations].flatMap(Object.values));
  expect(templates.length).toBe(1524);
  expect(templates.filter((template) => checkTemplate(template).length > 0)).toEqual([]);
  const rules = writtenRules.map(({ labels, annotations }) => [labels, annotations].flatMap(Object.values));
  expect(rules.filter((texts) => checkTemplatesTogether(texts) !== null)).toEqual([]);
});
