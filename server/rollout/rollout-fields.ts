import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { ContactGroup } from "../contacts/contact-group.js";
import { Project } from "../projects/project.js";
import { GlobalRule } from "../rules/global-rule.js";
import { Rule } from "../rules/rule.js";
import { ScrapeJob } from "../targets/scrape-job.js";
import { Rollout } from "./rollout.js";
import { outputsOfProjects, type RolloutService } from "./rollout-service.js";

const description = "How far its last change has come.";

/** The field `rollout` of a project. */
@Resolver(() => Project)
export class ProjectRolloutResolver {
  constructor(private readonly service: RolloutService) {}

  @FieldResolver(() => Rollout, { description })
  rollout(@Ctx() caller: Caller, @Root() { id, revision }: Project) {
    return this.service.rollout(caller, { revision, projectId: id, outputs: outputsOfProjects });
  }
}

/** The field `rollout` of a scrape job. */
@Resolver(() => ScrapeJob)
export class ScrapeJobRolloutResolver {
  constructor(private readonly service: RolloutService) {}

  @FieldResolver(() => Rollout, { description })
  rollout(@Ctx() caller: Caller, @Root() { revision, projectId }: ScrapeJob) {
    return this.service.rollout(caller, { revision, projectId, outputs: ["PROMETHEUS", "BLACKBOX"] });
  }
}

/** The field `rollout` of both kinds of rules. */
@Resolver(() => Rule)
export class RuleRolloutResolver {
  constructor(private readonly service: RolloutService) {}

  @FieldResolver(() => Rollout, { description })
  rollout(@Ctx() caller: Caller, @Root() { revision, projectId }: Rule) {
    return this.service.rollout(caller, { revision, projectId, outputs: ["PROMETHEUS"] });
  }
}

/** The field `rollout` of a global rule. */
@Resolver(() => GlobalRule)
export class GlobalRuleRolloutResolver {
  constructor(private readonly service: RolloutService) {}

  @FieldResolver(() => Rollout, {
    description: `${description} Its problems are those of no project, for operators, readers and agents.`,
  })
  rollout(@Ctx() caller: Caller, @Root() { revision, mode }: GlobalRule) {
    const output = mode === "GLOBAL" ? "THANOS_RULE" : "PROMETHEUS";
    return this.service.rollout(caller, { revision, projectId: null, outputs: [output] });
  }
}

/** The field `rollout` of a contact group. */
@Resolver(() => ContactGroup)
export class ContactGroupRolloutResolver {
  constructor(private readonly service: RolloutService) {}

  @FieldResolver(() => Rollout, { description })
  rollout(@Ctx() caller: Caller, @Root() { revision, projectId }: ContactGroup) {
    return this.service.rollout(caller, { revision, projectId, outputs: ["ALERTMANAGER"] });
  }
}
