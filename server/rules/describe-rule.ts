import type { Description } from "../audit/change.js";
import { AlertingRule } from "./alerting-rule.js";
import type { AlertingValues } from "./check-rule.js";
import type { Rule } from "./rule.js";

/** How the change log names the kind of a rule. */
export function entityTypeOf(rule: Rule): "AlertingRule" | "RecordingRule" {
  return rule instanceof AlertingRule ? "AlertingRule" : "RecordingRule";
}

/** How a project's rule shows in the change log and in diffs. */
export function describeRule(rule: Rule): Description {
  const { name, expr, labels, interval, enabled } = rule;
  return rule instanceof AlertingRule
    ? { name, expr, ...describeAlerting(rule), interval, enabled }
    : { name, expr, labels, interval, enabled };
}

/** What an alerting rule of a project and a global rule show alike. */
export function describeAlerting(rule: AlertingValues): Description {
  const { for: forDuration, keepFiringFor, severity, labels, annotations } = rule;
  return { for: forDuration, keepFiringFor, severity, labels, annotations };
}
