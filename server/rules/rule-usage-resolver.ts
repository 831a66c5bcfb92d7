import { Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { ProjectUsage } from "../projects/project-usage.js";
import type { RuleLimits } from "./rule-limits.js";

/** How many rules a project has. */
@Resolver(() => ProjectUsage)
export class RuleUsageResolver {
  constructor(private readonly limits: RuleLimits) {}

  @FieldResolver(() => Int, { description: "Rules of both kinds together, disabled ones too." })
  rules(@Ctx() caller: Caller, @Root() { projectId }: ProjectUsage) {
    return this.limits.usage(caller, projectId);
  }
}
