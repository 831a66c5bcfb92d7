import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root, Subscription } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PageArguments } from "../graph/connection.js";
import { fromStream } from "../graph/streams.js";
import { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { ChangedProjectConnection } from "./changed-project.js";
import { Rollout, RolloutProblem } from "./rollout.js";
import type { RolloutService } from "./rollout-service.js";
import { RolloutWaitArguments } from "./rollout-wait.js";

/** The topic of the subscription `revisions`. */
export const revisionsTopic = "revisions";

/** What agents fetch, in the graph. */
@Resolver()
export class ChangesResolver {
  constructor(private readonly service: RolloutService) {}

  @Query(() => Int, {
    description: "The newest revision of the whole configuration; 0 while nothing was written. Operators and agents.",
  })
  revision(@Ctx() caller: Caller) {
    return this.service.revision(caller);
  }

  @Query(() => ChangedProjectConnection, {
    description:
      "The projects that changed after a revision, deletions too, oldest change first. Operators and agents.",
  })
  changedProjects(
    @Ctx() caller: Caller,
    @Arg("sinceRevision", () => Int, { description: "The revision that you run; 0 for everything." })
    sinceRevision: number,
    @Arg("shard", () => String, {
      nullable: true,
      description:
        "Your shard: projects of others then come as moved away, without what belongs to them. Null: all projects.",
    })
    shard: string | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
  ) {
    return this.service.changedProjects(caller, sinceRevision, shard ?? null, page);
  }

  @Query(() => Rollout, {
    description:
      "How far a revision has come, as soon as it runs on all agents or one has refused it, or when the time is over. Problems are those of the project that is named; without one, those of no project, for operators, readers and agents. With no agent at all it stays PENDING.",
  })
  waitForRollout(@Ctx() caller: Caller, @Args(() => RolloutWaitArguments) wait: RolloutWaitArguments) {
    return this.service.waitFor(caller, wait);
  }

  @Subscription(() => Int, {
    ...fromStream(revisionsTopic),
    description:
      "The newest revision, then each newer one; several quick ones may come as the last. Operators and agents.",
  })
  revisions(@Root() revision: number): number {
    return revision;
  }
}

/** The project of a problem. */
@Resolver(() => RolloutProblem)
export class RolloutProblemResolver {
  constructor(private readonly projects: ProjectService) {}

  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project that it concerns; null when it concerns the agent as a whole.",
  })
  project(@Ctx() caller: Caller, @Root() problem: RolloutProblem) {
    return problem.projectId === null ? null : this.projects.find(caller, problem.projectId);
  }
}
