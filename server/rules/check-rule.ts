import { checkDuration } from "../core/duration.js";
import { checkAlertLabels, checkAnnotations, checkRecordingLabels, type Labels } from "../core/labels.js";
import { checkRuleName } from "../core/names.js";
import { checkText } from "../core/text.js";
import type { UserError, UserErrors } from "../graph/user-error.js";
import { AlertingRule } from "./alerting-rule.js";
import { checkRecordName } from "./promql/check-record-name.js";
import type { Rule } from "./rule.js";
import { checkTemplate, checkTemplatesTogether } from "./template/check-template.js";
import { describeProblem, type TextProblem } from "./text-problem.js";

/** What an alerting rule of a project and a global rule have in common. */
export interface AlertingValues {
  readonly name: string;
  readonly for: string;
  readonly keepFiringFor: string | null;
  readonly severity: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly interval: string | null;
}

/** The most that an alert may wait before it fires. */
export const longestWait = "30d";

/** The mistake to tell when two rules of a project would record the same series. */
export const recordedTwice: UserError = {
  code: "TAKEN",
  message: "The project has a recording rule with this name and these labels already.",
  path: ["input", "name"],
};

/** Adds all that is wrong with an alerting rule to `errors`, its expression left out. */
export function checkAlerting(rule: AlertingValues, errors: UserErrors): void {
  errors.check(checkRuleName(rule.name), ["input", "name"]);
  errors.check(checkDuration(rule.for, { most: longestWait }), ["input", "for"]);
  if (rule.keepFiringFor !== null) {
    errors.check(checkDuration(rule.keepFiringFor, { most: longestWait }), ["input", "keepFiringFor"]);
  }
  errors.check(checkText("The severity", rule.severity, { mostBytes: 64 }), ["input", "severity"]);
  errors.checkEntries(checkAlertLabels(rule.labels), ["input", "labels"]);
  errors.checkEntries(checkAnnotations(rule.annotations), ["input", "annotations"]);
  checkTemplates(rule, errors);
  checkInterval(rule.interval, errors);
}

/** Adds all that is wrong with a project's rule to `errors`, its expression left out. */
export function checkRule(rule: Rule, errors: UserErrors): void {
  if (rule instanceof AlertingRule) {
    checkAlerting(rule, errors);
    return;
  }
  errors.check(checkRecordName(rule.name), ["input", "name"]);
  errors.checkEntries(checkRecordingLabels(rule.labels), ["input", "labels"]);
  checkInterval(rule.interval, errors);
}

/** Adds what is wrong with an expression, each problem with its place in the text. */
export function addExpressionProblems(expr: string, problems: readonly TextProblem[], errors: UserErrors): void {
  for (const problem of problems) errors.add("INVALID", describeProblem(expr, problem), ["input", "expr"]);
}

function checkInterval(interval: string | null, errors: UserErrors): void {
  if (interval !== null) errors.check(checkDuration(interval, { least: "1s", most: "1d" }), ["input", "interval"]);
}

function checkTemplates({ labels, annotations }: AlertingValues, errors: UserErrors): void {
  let isAnyWrong = false;
  for (const [field, texts] of Object.entries({ labels, annotations })) {
    for (const [name, text] of Object.entries(texts)) {
      for (const problem of checkTemplate(text)) {
        isAnyWrong = true;
        errors.add("INVALID", describeProblem(text, problem), ["input", field, name]);
      }
    }
  }
  if (isAnyWrong) return;
  errors.check(checkTemplatesTogether([labels, annotations].flatMap(Object.values)), ["input", "annotations"]);
}
