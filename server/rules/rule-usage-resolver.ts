import { Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { ProjectUsage } from "../projects/project-usage.js";
import type { RuleHealthService } from "./rule-health-service.js";
import type { RuleLimits } from "./rule-limits.js";

/** How many rules a project has, and how much one of them gives. */
@Resolver(() => ProjectUsage)
export class RuleUsageResolver {
  constructor(
    private readonly limits: RuleLimits,
    private readonly health: RuleHealthService,
  ) {}

  @FieldResolver(() => Int, { description: "Rules of both kinds together, disabled ones too." })
  rules(@Ctx() caller: Caller, @Root() { projectId }: ProjectUsage) {
    return this.limits.usage(caller, projectId);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      "Alerts, pending and firing, of the alert name that has the most of them now; null while no Prometheus has answered. A rule above the limit has none, and says so in its `health`; series of recording rules are not counted.",
  })
  seriesPerRule(@Ctx() caller: Caller, @Root() { projectName }: ProjectUsage) {
    return this.health.seriesPerRule(caller, projectName);
  }
}
