import type { Change, Description } from "../audit/change.js";
import { describeAlerting } from "./describe-rule.js";
import type { GlobalRule } from "./global-rule.js";

/** A change to a global rule, which belongs to no project. */
export function globalRuleChange(
  before: GlobalRule | null,
  after: GlobalRule | null,
  write: Change["write"],
): Change<GlobalRule> {
  return { entityType: "GlobalRule", projectId: null, before, after, describe, write };
}

function describe(rule: GlobalRule): Description {
  const { name, mode, expr, interval, enabled } = rule;
  return { name, mode, expr, ...describeAlerting(rule), interval, enabled };
}
