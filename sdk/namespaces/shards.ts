import {
  ApplyShardRebalanceDocument,
  CancelProjectMoveDocument,
  ForceProjectMoveDocument,
  ListShardMovesDocument,
  ListShardsDocument,
  MoveProjectDocument,
  PinProjectShardDocument,
  PlanShardRebalanceDocument,
} from "../generated/documents.js";
import type {
  ProjectMove,
  ProjectMoveCancelPayload,
  ProjectMoveForcePayload,
  ProjectMovePayload,
  ProjectShardPinPayload,
  RebalancePlan,
  Shard,
  ShardRebalanceApplyPayload,
} from "../generated/types.js";
import type { Graph } from "../graph.js";
import type { CallOptions, ConfigWriteOptions } from "../options.js";
import type { WriteResult } from "../write.js";

/** How many moves a plan may hold. */
export interface PlanRebalanceArguments {
  /** 1 to 500; 50 without. */
  readonly maxMoves?: number | undefined;
}

/** Shards: the parts that all projects are divided into, each scraped by Prometheus servers of its own. */
export class Shards<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** All shards with what is in them, in the order of the settings; none when there is no division. Operators, readers, agents. */
  async list(options?: CallOptions): Promise<ReadonlyArray<Shard>> {
    return (await this.#graph.request(ListShardsDocument, {}, options)).shards;
  }

  /** The projects that are on their way between shards, the oldest move first. */
  async moves(options?: CallOptions): Promise<ReadonlyArray<ProjectMove>> {
    return (await this.#graph.request(ListShardMovesDocument, {}, options)).shardMoves;
  }

  /** Begins to move a project to another shard, without a gap in its alerts. */
  move<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    { project, shard }: { readonly project: string; readonly shard: string },
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ProjectMovePayload, "project", Throws, Dry>> {
    const variables = { id: project, shard, dryRun: options?.dryRun };
    return this.#graph.write(MoveProjectDocument, variables, (data) => data.projectMove, ["project"], options);
  }

  /** Takes a move back that is under way. */
  cancelMove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    project: string,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ProjectMoveCancelPayload, "project", Throws, Dry>> {
    const variables = { id: project, dryRun: options?.dryRun };
    return this.#graph.write(
      CancelProjectMoveDocument,
      variables,
      (data) => data.projectMoveCancel,
      ["project"],
      options,
    );
  }

  /** Ends a move at once, whatever its alerts do. */
  forceMove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    project: string,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ProjectMoveForcePayload, "project", Throws, Dry>> {
    const variables = { id: project, dryRun: options?.dryRun };
    return this.#graph.write(
      ForceProjectMoveDocument,
      variables,
      (data) => data.projectMoveForce,
      ["project"],
      options,
    );
  }

  /** Pins a project to a shard, or with null leaves it to rebalances again. */
  pin<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    { project, shard }: { readonly project: string; readonly shard: string | null },
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ProjectShardPinPayload, "project", Throws, Dry>> {
    const variables = { id: project, shard, dryRun: options?.dryRun };
    return this.#graph.write(PinProjectShardDocument, variables, (data) => data.projectShardPin, ["project"], options);
  }

  /** Which projects would be moved to balance the shards, and what that costs. */
  async planRebalance(args: PlanRebalanceArguments = {}, options?: CallOptions): Promise<RebalancePlan> {
    return (await this.#graph.request(PlanShardRebalanceDocument, args, options)).shardRebalancePlan;
  }

  /** Begins the moves of a plan, all or none. */
  applyRebalance<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    { moves: planned }: Pick<RebalancePlan, "moves">,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ShardRebalanceApplyPayload, never, Throws, Dry>> {
    const moves = planned.map(({ project, from, to }) => ({ project: project.id, from: from.name, to: to.name }));
    const variables = { moves, dryRun: options?.dryRun };
    return this.#graph.write(ApplyShardRebalanceDocument, variables, (data) => data.shardRebalanceApply, [], options);
  }
}
