import { altered } from "../core/database/stored.js";
import type { UserErrors } from "../graph/user-error.js";
import type { Project } from "../projects/project.js";
import { addExpressionProblems, checkRule } from "./check-rule.js";
import type { ExpressionChecker } from "./expression-checker.js";
import type { Rule } from "./rule.js";
import type { RuleLimits } from "./rule-limits.js";

/** A rule that is to be confined to its project, which may be about to be there again; `before` is the rule as it is stored. */
export interface Unconfined<T extends Rule> {
  readonly project: Project;
  readonly before: Rule | null;
  readonly written: T;
}

/** All that a project's rule has to hold to, whether it is written anew or brought back; its name's being taken left out. */
export class RuleChecks {
  constructor(
    private readonly expressions: ExpressionChecker,
    private readonly limits: RuleLimits,
  ) {}

  /** The rule with its expression confined to its project; all that is wrong with it goes to `errors`. */
  async confined<T extends Rule>(
    { project, before, written }: Unconfined<T>,
    signal: AbortSignal,
    errors: UserErrors,
  ): Promise<T> {
    checkRule(written, errors);
    if (!errors.any) this.limits.checkInterval(project, written, before, errors);
    const limits = this.limits.expressionLimits(project, written.expr, before);
    const result = await this.expressions.ofProject(written.expr, project.name, limits, signal);
    if (!result.ok) addExpressionProblems(written.expr, result.problems, errors);
    const enforcedExpr = result.ok ? result.enforced : "";
    const verifiedByPrometheus = result.ok && result.verifiedByPrometheus;
    return altered<Rule>(written, { enforcedExpr, verifiedByPrometheus }) as T;
  }
}
