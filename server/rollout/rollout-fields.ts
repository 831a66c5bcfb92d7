import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { ContactGroup } from "../contacts/contact-group.js";
import { Project } from "../projects/project.js";
import { Rule } from "../rules/rule.js";
import { ScrapeJob } from "../targets/scrape-job.js";
import { Rollout } from "./rollout.js";
import type { RolloutService } from "./rollout-service.js";

const description = "How far its last change has come.";
/** What is written of projects: an agent that writes nothing else keeps none of them waiting. */
const ofProjects = ["PROMETHEUS", "BLACKBOX", "ALERTMANAGER", "KARMA_ACL"] as const;

/** The field `rollout` of a project. */
@Resolver(() => Project)
export class ProjectRolloutResolver {
  constructor(private readonly service: RolloutService) {}

  @FieldResolver(() => Rollout, { description })
  rollout(@Ctx() caller: Caller, @Root() { id, revision }: Project) {
    return this.service.rollout(caller, { revision, projectId: id, outputs: ofProjects });
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

/** The field `rollout` of a contact group. */
@Resolver(() => ContactGroup)
export class ContactGroupRolloutResolver {
  constructor(private readonly service: RolloutService) {}

  @FieldResolver(() => Rollout, { description })
  rollout(@Ctx() caller: Caller, @Root() { revision, projectId }: ContactGroup) {
    return this.service.rollout(caller, { revision, projectId, outputs: ["ALERTMANAGER"] });
  }
}
