import type { Change, Description } from "../audit/change.js";
import type { UserError } from "../graph/user-error.js";
import { describeAlerting } from "./describe-rule.js";
import type { GlobalRule } from "./global-rule.js";
import type { GlobalRuleOverrideRepository } from "./overrides/global-rule-override-repository.js";
import type { RuleParameter } from "./rule-parameter.js";

/** A change to a global rule, which belongs to no project; those that override it are rendered anew with it. */
export function globalRuleChange(
  before: GlobalRule | null,
  after: GlobalRule | null,
  write: Change["write"],
  overrides: Pick<GlobalRuleOverrideRepository, "projectsOverriding">,
): Change<GlobalRule> {
  const touches = () => overrides.projectsOverriding((after ?? before)?.id ?? "");
  const what = { entityType: "GlobalRule", projectId: null, before, after, describe: describeGlobalRule };
  return { ...what, write, touches, taken: installedTwice };
}

const installedTwice: UserError = {
  code: "TAKEN",
  message: "The pack's rule of this name is there already, installed anew meanwhile. Change or delete that one.",
  path: ["id"],
};

/** How a global rule shows in the change log and in diffs. */
export function describeGlobalRule(rule: GlobalRule): Description {
  const { name, mode, expr, parameters, interval, enabled, overridable, pack, packRule } = rule;
  return {
    name,
    mode,
    expr,
    ...(parameters.length > 0 && { parameters: parameters.map(describeParameter) }),
    ...describeAlerting(rule),
    interval,
    enabled,
    ...(overridable && { overridable }),
    ...(pack !== null && { pack, packRule }),
  };
}

function describeParameter({ name, type, description, default: value, min, max, unit }: RuleParameter): Description {
  return { name, type, description, default: value, min: min ?? null, max: max ?? null, unit: unit ?? null };
}
