import { altered } from "../core/database/stored.js";
import type { UserErrors } from "../graph/user-error.js";
import { checkParameters } from "./check-parameters.js";
import { addExpressionProblems, checkAlerting } from "./check-rule.js";
import type { ExpressionChecker } from "./expression-checker.js";
import { fillParameters } from "./fill-parameters.js";
import type { GlobalRule } from "./global-rule.js";

/** All that a global rule has to hold to, whether it is written anew or brought back. */
export class GlobalRuleChecks {
  constructor(private readonly expressions: ExpressionChecker) {}

  /** The rule with its expression confined to projects' series; all that is wrong with it goes to `errors`. */
  async confined(written: GlobalRule, signal: AbortSignal, errors: UserErrors): Promise<GlobalRule> {
    checkParameters(written, errors);
    const filled = fillParameters(written);
    checkAlerting({ ...written, annotations: filled.annotations }, errors);
    const result = await this.expressions.ofOperator(filled.expr, signal);
    if (!result.ok) {
      addExpressionProblems(filled.expr, result.problems, errors);
      return written;
    }
    const { enforced: enforcedExpr, verifiedByPrometheus } = result;
    const expr = written.parameters.length === 0 ? enforcedExpr : written.expr;
    return altered(written, { expr, enforcedExpr, verifiedByPrometheus });
  }
}
