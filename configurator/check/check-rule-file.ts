import { isDeepStrictEqual } from "node:util";
import { isId, recordProblem } from "../render/names.js";
import { overriddenMark } from "../render/overridden-mark.js";
import { globalRulesName } from "../render/rule-file.js";
import { globalSelectorProblem, selectorProblem } from "../render/selector-check.js";
import { templatesProblem } from "../render/template-check.js";
import { readRuleFile, type WrittenRule } from "./read-rule-file.js";

/** The expressions of a rule file, or why nobody may load it. */
export type CheckedRuleFile = { readonly expressions: readonly string[] } | { readonly problem: string };

/**
 * Checks what stands in the rule file of a project, whoever has written it: that each rule reads and writes that project's
 * series alone. For the file of the operators' rules, that each reads projects' series, and leaves them their project.
 */
export function checkRuleFile(project: string, text: string): CheckedRuleFile {
  const rules = readRuleFile(text);
  if (rules === undefined) return { problem: "it is not as this agent writes it" };
  for (const rule of rules) {
    const problem = project === globalRulesName ? globalProblem(rule) : projectProblem(rule, project);
    if (problem !== undefined) return { problem: `${JSON.stringify(rule.name)}: ${problem}` };
  }
  return { expressions: rules.map(({ expr }) => expr) };
}

/** Why an expression may not run for the project, or for the operators. */
export function expressionProblem(expression: string, project: string): string | undefined {
  return project === globalRulesName ? globalSelectorProblem(expression) : selectorProblem(expression, project);
}

function projectProblem(rule: WrittenRule, project: string): string | undefined {
  if (isOverriddenMark(rule, project)) return undefined;
  if (rule.labels.project !== project) return `it lacks the label project="${project}"`;
  return commonProblem(rule, project);
}

/** Whether a rule is the mark of a rule that the project overrides, exactly as it is rendered. */
function isOverriddenMark({ kind, name, expr, labels, annotations }: WrittenRule, project: string): boolean {
  const { rule = "" } = labels;
  const isPlain = kind === "record" && Object.keys(annotations).length === 0 && isId(rule);
  return isPlain && isDeepStrictEqual({ record: name, expr, labels }, overriddenMark(project, rule));
}

function globalProblem(rule: WrittenRule): string | undefined {
  if (Object.hasOwn(rule.labels, "project")) return "it sets the label project";
  return commonProblem(rule, globalRulesName);
}

function commonProblem({ kind, name, expr, labels, annotations }: WrittenRule, project: string): string | undefined {
  const problem = expressionProblem(expr, project) ?? (kind === "record" ? recordProblem(name) : undefined);
  return problem ?? templatesProblem([labels, annotations].flatMap(Object.values));
}
