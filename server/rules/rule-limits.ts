import type { Caller } from "../access/caller.js";
import { compareDurations, parseDuration } from "../core/duration.js";
import type { UserError, UserErrors } from "../graph/user-error.js";
import type { LimitService } from "../projects/limit-service.js";
import type { Project } from "../projects/project.js";
import type { ExpressionLimits } from "./promql/expression-limits.js";
import type { Rule } from "./rule.js";
import type { RuleRepository } from "./rule-repository.js";

const any = Number.MAX_SAFE_INTEGER;

/** An expression that is stored already is held to nothing but what cannot be read at all. */
const asStored: ExpressionLimits = {
  characters: any,
  depth: any,
  longestRangeMs: any,
  subquerySteps: any,
  selectors: any,
  samples: any,
};

/** The limits of projects on their rules. What was written under wider ones stays, and can be changed otherwise. */
export class RuleLimits {
  constructor(
    private readonly repository: RuleRepository,
    private readonly limits: LimitService,
  ) {}

  /** How many rules the project has. */
  usage(caller: Caller, projectId: string): Promise<number> {
    return caller.loaders.for(this.repository.countByProject).load(projectId);
  }

  /** What the expression of a rule of the project may cost; `before` is the rule as it is stored. */
  expressionLimits(project: Project, expr: string, before: Rule | null): ExpressionLimits {
    if (before?.expr === expr) return asStored;
    const { expressionLength, expressionDepth, expressionSelectors, expressionSamples, longestRange, subquerySteps } =
      this.limits.of(project);
    return {
      characters: expressionLength,
      depth: expressionDepth,
      longestRangeMs: parseDuration(longestRange) ?? 0,
      subquerySteps,
      selectors: expressionSelectors,
      samples: expressionSamples,
    };
  }

  /** Adds that the rule's interval, which is well-formed, is shorter than the project may have. */
  checkInterval(project: Project, { interval }: Rule, before: Rule | null, errors: UserErrors): void {
    if (interval === null || interval === before?.interval) return;
    const { leastRuleInterval, tier } = this.limits.of(project);
    if (compareDurations(interval, leastRuleInterval) >= 0) return;
    const message = `The limit tier "${tier}" allows no interval below ${leastRuleInterval}. Give that or a longer one.`;
    errors.add("LIMIT", message, ["input", "interval"]);
  }

  /** What speaks against so many more rules of the project at once. */
  growthRefusal(projectId: string, by: number): Promise<UserError | null> {
    const used = async () => (await this.repository.counts([projectId], "projectId"))[0] ?? 0;
    return this.limits.refusal(projectId, [{ limit: "rules", by, used, path: ["input", "document"] }]);
  }

  /** What speaks against the change, asked inside its transaction. */
  refusal(before: Rule | null, after: Rule | null): Promise<UserError | null> {
    const projectId = (after ?? before)?.projectId ?? "";
    const by = (after ? 1 : 0) - (before ? 1 : 0);
    const used = async () => (await this.repository.counts([projectId], "projectId"))[0] ?? 0;
    return this.limits.refusal(projectId, [{ limit: "rules", by, used, path: ["input", "project"] }]);
  }
}
