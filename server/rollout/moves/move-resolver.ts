import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { DryRun, IdArgument } from "../../graph/arguments.js";
import { changePayload, changePayloadType } from "../../graph/payload.js";
import { Project } from "../../projects/project.js";
import type { ProjectService } from "../../projects/project-service.js";
import { Shard } from "../shards/shard.js";
import type { Shards } from "../shards/shards.js";
import type { MoveService } from "./move-service.js";
import type { MoveWaits } from "./move-waits.js";
import { ProjectMove } from "./project-move.js";
import { RebalanceMoveInput, RebalancePlan, ShardRebalanceApplyPayload } from "./rebalance.js";
import type { RebalanceService } from "./rebalance-service.js";

const ProjectMovePayload = changePayloadType("ProjectMovePayload", "project", () => Project);
const ProjectMoveCancelPayload = changePayloadType("ProjectMoveCancelPayload", "project", () => Project);
const ProjectMoveForcePayload = changePayloadType("ProjectMoveForcePayload", "project", () => Project);
const ProjectShardPinPayload = changePayloadType("ProjectShardPinPayload", "project", () => Project);

/** Moves of projects between shards, in the graph. */
@Resolver(() => ProjectMove)
export class MoveResolver {
  constructor(
    private readonly service: MoveService,
    private readonly rebalances: RebalanceService,
    private readonly waits: MoveWaits,
    private readonly projects: ProjectService,
    private readonly shards: Shards,
  ) {}

  @Query(() => [ProjectMove], {
    description:
      "The projects that are on their way from one shard to another, the oldest move first. Operators, readers and agents.",
  })
  shardMoves(@Ctx() caller: Caller) {
    return this.service.list(caller);
  }

  @Query(() => RebalancePlan, {
    description:
      "Which projects would be moved to balance the shards; nothing is written. Operators, readers and agents.",
  })
  shardRebalancePlan(
    @Ctx() caller: Caller,
    @Arg("maxMoves", () => Int, { defaultValue: 50, description: "How many moves, 1 to 500." }) maxMoves: number,
  ) {
    return this.rebalances.plan(caller, maxMoves);
  }

  @Mutation(() => ShardRebalanceApplyPayload, {
    description:
      "Begins the moves of a plan as it was shown, all or none. Projects are moved without a gap in their alerts, as by `projectMove`. Operators only.",
  })
  async shardRebalanceApply(
    @Ctx() caller: Caller,
    @Arg("moves", () => [RebalanceMoveInput], { description: "The moves, from `shardRebalancePlan`; at most 500." })
    moves: RebalanceMoveInput[],
    @DryRun() dryRun: boolean,
  ): Promise<ShardRebalanceApplyPayload> {
    const { revision, userErrors } = await this.service.moveAll(caller, moves, dryRun);
    return { revision, userErrors: [...userErrors], moves: await this.service.list(caller) };
  }

  @Mutation(() => ProjectMovePayload, {
    description:
      "Begins to move a project to another shard. Both have it until the new one alerts as the old one does; then the old one drops it. No alert resolves or fires anew. Operators only.",
  })
  async projectMove(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("shard", () => String, { description: "The name of the shard that it is to be in." }) shard: string,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("project", await this.service.move(caller, id, shard, dryRun));
  }

  @Mutation(() => ProjectMoveCancelPayload, {
    description: "Takes a project's move back, as long as it is under way: it stays where it was. Operators only.",
  })
  async projectMoveCancel(@Ctx() caller: Caller, @IdArgument() id: string, @DryRun() dryRun: boolean) {
    return changePayload("project", await this.service.cancel(caller, id, dryRun));
  }

  @Mutation(() => ProjectMoveForcePayload, {
    description:
      "Ends a project's move at once: the old shard drops it now. Alerts that the new one does not fire yet resolve. Operators only.",
  })
  async projectMoveForce(@Ctx() caller: Caller, @IdArgument() id: string, @DryRun() dryRun: boolean) {
    return changePayload("project", await this.service.force(caller, id, dryRun));
  }

  @Mutation(() => ProjectShardPinPayload, {
    description:
      "Pins a project to a shard: it is moved there if it is elsewhere, and stays there whatever is rebalanced. Operators only.",
  })
  async projectShardPin(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("shard", () => String, { nullable: true, description: "The shard's name; null unpins it." })
    shard: string | null | undefined,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("project", await this.service.pin(caller, id, shard ?? null, dryRun));
  }

  @FieldResolver(() => Project, { description: "What is moved." })
  project(@Ctx() caller: Caller, @Root() { projectId }: ProjectMove) {
    return this.projects.require(caller, projectId);
  }

  @FieldResolver(() => Shard, {
    nullable: true,
    description: "Where it was; null when the settings no longer have it.",
  })
  from(@Root() { fromShard }: ProjectMove) {
    return this.shards.find(fromShard);
  }

  @FieldResolver(() => Shard, {
    nullable: true,
    description: "Where it goes; null when the settings no longer have it.",
  })
  to(@Root() { toShard }: ProjectMove) {
    return this.shards.find(toShard);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "What the next step waits for, for people; null when it is due.",
  })
  waitsFor(@Ctx() caller: Caller, @Root() move: ProjectMove) {
    return this.waits.of(caller, move);
  }
}

/** The move of a project. */
@Resolver(() => Project)
export class ProjectMoveFieldResolver {
  constructor(
    private readonly service: MoveService,
    private readonly shards: Shards,
  ) {}

  @FieldResolver(() => ProjectMove, {
    nullable: true,
    description:
      "Its way to another shard; null when it is not on its way, and unless you are an operator, a reader or an agent.",
  })
  move(@Ctx() caller: Caller, @Root() project: Project) {
    return this.service.ofProject(caller, project);
  }

  @FieldResolver(() => Shard, {
    nullable: true,
    description:
      "The shard that it is pinned to; null when rebalances may move it, and unless you are an operator, a reader or an agent.",
  })
  shardPin(@Ctx() caller: Caller, @Root() project: Project) {
    return caller.may("shard.read") ? this.shards.find(project.shardPin) : null;
  }
}
