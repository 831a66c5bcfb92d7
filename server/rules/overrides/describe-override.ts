import { z } from "zod";
import type { Description } from "../../audit/change.js";
import { describedLabels, describedText } from "../../audit/described-values.js";
import type { UserError } from "../../graph/user-error.js";
import type { GlobalRuleOverride } from "./global-rule-override.js";

/** An override as the change log describes it, now or in the past. */
export const describedOverride = z.object({
  globalRule: z.string(),
  parameters: describedLabels,
  severity: describedText,
  for: describedText,
  enabled: z.boolean().default(true),
});

/** How an override shows in the change log and in diffs. */
export function describeOverride(override: GlobalRuleOverride): Description {
  const { globalRuleId, parameters, severity, for: forDuration, enabled } = override;
  return { globalRule: globalRuleId, parameters, severity, for: forDuration, enabled };
}

/** The mistake to tell when somebody else overrode the rule for the project in the same moment. */
export const overriddenAlready: UserError = {
  code: "TAKEN",
  message: "The project overrides this rule already. Read it again, then repeat your change.",
  path: ["globalRule"],
};
