import type { Caller } from "../access/caller.js";
import { readDescription } from "../audit/read-description.js";
import type { Described, Restorable, Restoration } from "../audit/restorable.js";
import { altered } from "../core/database/stored.js";
import { UserErrors } from "../graph/user-error.js";
import { describedGlobalRule } from "./described-rule.js";
import { GlobalRule } from "./global-rule.js";
import { globalRuleChange } from "./global-rule-change.js";
import type { GlobalRuleChecks } from "./global-rule-checks.js";
import type { GlobalRuleRepository } from "./global-rule-repository.js";
import type { GlobalRuleOverrideRepository } from "./overrides/global-rule-override-repository.js";

/** How global rules come back. */
export class GlobalRuleHistory implements Restorable {
  constructor(
    private readonly repository: GlobalRuleRepository,
    private readonly checks: GlobalRuleChecks,
    private readonly overrides: GlobalRuleOverrideRepository,
  ) {}

  async restoration(caller: Caller, { id, description }: Described): Promise<Restoration> {
    caller.require("globalRule.write");
    const before = await this.repository.find(id);
    const errors = new UserErrors();
    const values = readDescription(describedGlobalRule, description, errors);
    if (values === null) return { change: null, userErrors: errors.list };
    const written = altered(before ?? Object.assign(new GlobalRule(), { id, packBase: null }), values);
    const after = await this.checks.confined(written, caller.request.signal, errors);
    const write = () =>
      before === null ? this.repository.insert(after) : this.repository.replace(after, before.version);
    return {
      change: { ...globalRuleChange(before, after, write, this.overrides), returns: true },
      userErrors: errors.list,
    };
  }
}
