import { z } from "zod";
import { describedLabels, describedText } from "../audit/described-values.js";
import { GlobalRuleMode } from "./global-rule.js";
import { RuleParameterType } from "./rule-parameter.js";

const everyRule = {
  name: z.string(),
  expr: z.string(),
  labels: describedLabels,
  interval: describedText,
  enabled: z.boolean().default(true),
};

const everyAlerting = {
  ...everyRule,
  for: z.string().default("1m"),
  keepFiringFor: describedText,
  severity: z.string().default("warning"),
  annotations: describedLabels,
};

/** A recording rule as the change log describes it, now or in the past. */
export const describedRecordingRule = z.object(everyRule);

/** An alerting rule as the change log describes it, now or in the past. */
export const describedAlertingRule = z.object(everyAlerting);

const describedParameter = z.object({
  name: z.string(),
  type: z.enum(RuleParameterType),
  description: z.string(),
  default: z.string(),
  min: describedText,
  max: describedText,
  unit: describedText,
});

/** A global rule as the change log describes it, now or in the past. */
export const describedGlobalRule = z.object({
  ...everyAlerting,
  mode: z.enum(GlobalRuleMode).default("PER_PROJECT"),
  parameters: z.array(describedParameter).default([]),
  overridable: z.boolean().default(false),
  pack: describedText,
  packRule: describedText,
});
