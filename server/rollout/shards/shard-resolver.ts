import { Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { Project } from "../../projects/project.js";
import { Agent } from "../agent.js";
import type { RolloutService } from "../rollout-service.js";
import { Shard, ShardLoad } from "./shard.js";
import type { ShardService } from "./shard-service.js";

/** Shards in the graph. */
@Resolver(() => Shard)
export class ShardResolver {
  constructor(
    private readonly service: ShardService,
    private readonly rollout: RolloutService,
  ) {}

  @Query(() => [Shard], {
    description:
      "The shards that projects are divided into, in the order of the settings; none when all Prometheus servers scrape all projects. Operators, readers and agents.",
  })
  shards(@Ctx() caller: Caller) {
    return this.service.list(caller);
  }

  @FieldResolver(() => [Agent], { description: "The agents that say they are of it, by name." })
  agents(@Ctx() caller: Caller, @Root() shard: Shard) {
    return this.rollout.agentsOf(caller, shard.name);
  }

  @FieldResolver(() => Int, { description: "How many projects it has." })
  projectCount(@Ctx() caller: Caller, @Root() shard: Shard) {
    return this.service.projectCount(caller, shard);
  }

  @FieldResolver(() => ShardLoad, {
    nullable: true,
    description: "What its projects bring now; null while no Prometheus has answered.",
  })
  load(@Ctx() caller: Caller, @Root() shard: Shard) {
    return this.service.load(caller, shard);
  }
}

/** The shard of a project. */
@Resolver(() => Project)
export class ProjectShardResolver {
  constructor(private readonly service: ShardService) {}

  @FieldResolver(() => Shard, {
    nullable: true,
    description:
      "The shard that it was put into when it was made, and stays in; null without shards, and unless you are an operator, a reader or an agent.",
  })
  shard(@Ctx() caller: Caller, @Root() project: Project) {
    return this.service.ofProject(caller, project);
  }
}

/** The shard of an agent. */
@Resolver(() => Agent)
export class AgentShardResolver {
  constructor(private readonly service: ShardService) {}

  @FieldResolver(() => Shard, {
    nullable: true,
    description:
      "The shard whose projects alone it fetches; null when it fetches all, and unless you are an operator, a reader or an agent.",
  })
  shard(@Ctx() caller: Caller, @Root() agent: Agent) {
    return this.service.ofAgent(caller, agent);
  }
}
