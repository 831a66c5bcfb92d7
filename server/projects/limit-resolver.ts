import { Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import type { TokenCounts } from "../access/token-counts.js";
import type { LimitService } from "./limit-service.js";
import { LimitTier, ProjectLimits } from "./limit-tier.js";
import { Project } from "./project.js";
import { ProjectUsage } from "./project-usage.js";

/** The limits of projects. */
@Resolver(() => Project)
export class LimitResolver {
  constructor(private readonly service: LimitService) {}

  @Query(() => [LimitTier], { description: "The limit tiers that a project may have, by name." })
  limitTiers(@Ctx() caller: Caller) {
    return this.service.list(caller);
  }

  @FieldResolver(() => ProjectLimits, { description: "What it may have and cost." })
  limits(@Root() project: Project) {
    return this.service.of(project);
  }

  @FieldResolver(() => ProjectUsage, { description: "How much it has now of what is limited." })
  usage(@Root() { id, name }: Project) {
    return new ProjectUsage(id, name);
  }
}

/** How many API tokens a project has. */
@Resolver(() => ProjectUsage)
export class TokenUsageResolver {
  constructor(private readonly counts: TokenCounts) {}

  @FieldResolver(() => Int, {
    nullable: true,
    description: "API tokens with a role in it that are neither revoked nor expired; null unless you administer them.",
  })
  apiTokens(@Ctx() caller: Caller, @Root() { projectId }: ProjectUsage) {
    return this.counts.find(caller, projectId);
  }
}
