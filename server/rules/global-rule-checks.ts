import { altered } from "../core/database/stored.js";
import type { UserErrors } from "../graph/user-error.js";
import { addExpressionProblems, checkAlerting } from "./check-rule.js";
import type { ExpressionChecker } from "./expression-checker.js";
import type { GlobalRule } from "./global-rule.js";

/** All that a global rule has to hold to, whether it is written anew or brought back. */
export class GlobalRuleChecks {
  constructor(private readonly expressions: ExpressionChecker) {}

  /** The rule with its expression confined to projects' series; all that is wrong with it goes to `errors`. */
  async confined(written: GlobalRule, signal: AbortSignal, errors: UserErrors): Promise<GlobalRule> {
    checkAlerting(written, errors);
    const result = await this.expressions.ofOperator(written.expr, signal);
    if (!result.ok) {
      addExpressionProblems(written.expr, result.problems, errors);
      return written;
    }
    const { enforced, verifiedByPrometheus } = result;
    return altered(written, { expr: enforced, verifiedByPrometheus });
  }
}
