import type { Caller } from "../access/caller.js";
import type { AuditService } from "../audit/audit-service.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { RevisionFeed } from "../audit/revision-feed.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import type { Database } from "../core/database/database.js";
import type { Log } from "../core/log.js";
import { Repeated } from "../core/repeated.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import type { ProjectService } from "../projects/project-service.js";
import type { ProjectShards } from "../projects/project-shards.js";
import type { SettlingTimes } from "../rules/settling-time.js";
import { AgentCareService } from "./agent-care-service.js";
import { AgentReportService } from "./agent-report-service.js";
import { AgentRepository } from "./agent-repository.js";
import { AgentResolver } from "./agent-resolver.js";
import { AgentTurnService } from "./agent-turn-service.js";
import { AgentWatch } from "./agent-watch.js";
import { BrakeReleaseRepository } from "./brake-release-repository.js";
import { BrakeResolver } from "./brake-resolver.js";
import { BrakeService } from "./brake-service.js";
import { Canaries } from "./canary.js";
import { CapacityResolver } from "./capacity/capacity-resolver.js";
import { CapacityService } from "./capacity/capacity-service.js";
import { MoveKeeper } from "./moves/move-keeper.js";
import { MoveResolver, ProjectMoveFieldResolver } from "./moves/move-resolver.js";
import { MoveService } from "./moves/move-service.js";
import { MoveWaits } from "./moves/move-waits.js";
import { ProjectMoveRepository } from "./moves/project-move-repository.js";
import { RebalanceService } from "./moves/rebalance-service.js";
import {
  ContactGroupRolloutResolver,
  GlobalRuleRolloutResolver,
  ProjectRolloutResolver,
  RuleRolloutResolver,
  ScrapeJobRolloutResolver,
} from "./rollout-fields.js";
import { ChangesResolver, RolloutProblemResolver, revisionsTopic } from "./rollout-resolver.js";
import { RolloutService } from "./rollout-service.js";
import type { RolloutSettings } from "./rollout-settings.js";
import { AgentShardResolver, ProjectShardResolver, ShardResolver } from "./shards/shard-resolver.js";
import { ShardService } from "./shards/shard-service.js";
import type { Shards } from "./shards/shards.js";

/** What rollout is built over. */
export interface RolloutParts {
  readonly settings: RolloutSettings;
  readonly database: Database;
  readonly projects: ProjectService;
  readonly audit: AuditService;
  readonly changes: ChangeLog;
  readonly feed: RevisionFeed;
  readonly prometheus: PrometheusView;
  readonly shards: Shards;
  readonly projectShards: ProjectShards;
  readonly settling: SettlingTimes;
  readonly log: Pick<Log, "error">;
  /** Who brings moves on of itself. */
  readonly server: Caller;
  readonly now: () => Date;
}

/** How changes reach the machines, and the shards that those are divided into. */
export interface RolloutDomain extends GraphPart<Caller> {
  readonly shards: ShardService;
  readonly keeper: MoveKeeper;
  /** Brings moves on again and again; only needed where there are shards. */
  readonly moves: Repeated;
}

/** Builds the domain of rollout. */
export function makeRollout(parts: RolloutParts): RolloutDomain {
  const { shards, projectShards } = parts;
  const { settings, database, projects, audit, changes, feed, prometheus, now } = parts;
  const repository = new AgentRepository(database);
  const watch = new AgentWatch(repository);
  const moves = new ProjectMoveRepository(database);
  const service = new RolloutService(repository, projects, audit, feed, watch, shards, moves, now);
  const shardService = new ShardService(shards, projectShards, prometheus, moves);
  const { settling, log } = parts;
  const moving = new MoveService(moves, projectShards, shards, changes, now);
  const rebalances = new RebalanceService(shards, projectShards, moves, prometheus);
  const { mostSettlingSeconds, stepSeconds } = settings.moves;
  const keeper = new MoveKeeper(
    moves,
    repository,
    projectShards,
    moving,
    settling,
    changes,
    mostSettlingSeconds,
    log,
    now,
  );
  const turns = new AgentTurnService(repository, feed, changes, new Canaries(settings.canaries, now), watch);
  const care = new AgentCareService(repository, changes, watch, now);
  const brakes = new BrakeService(repository, new BrakeReleaseRepository(database), changes, now);
  return {
    shards: shardService,
    keeper,
    moves: new Repeated(() => keeper.advance(parts.server), {
      firstMs: () => stepSeconds * 1_000,
      nextMs: () => stepSeconds * 1_000,
      onError: (error) => log.error({ err: error }, "Projects' moves to other shards cannot go on"),
    }),
    resolvers: [
      new AgentResolver(service, new AgentReportService(repository, watch, shards, now), turns, care),
      new BrakeResolver(brakes),
      new ChangesResolver(service),
      new RolloutProblemResolver(projects),
      new ProjectRolloutResolver(service),
      new ScrapeJobRolloutResolver(service),
      new RuleRolloutResolver(service),
      new ContactGroupRolloutResolver(service),
      new GlobalRuleRolloutResolver(service),
      new CapacityResolver(new CapacityService(prometheus, (name) => shards.ofPrometheus(name))),
      new ShardResolver(shardService, service),
      new ProjectShardResolver(shardService),
      new AgentShardResolver(shardService),
      new MoveResolver(moving, rebalances, new MoveWaits(repository, now), projects, shards),
      new ProjectMoveFieldResolver(moving, shards),
    ],
    nodes: [
      storedNodes("agt", (caller, id) => service.find(caller, id)),
      storedNodes("pmv", (caller, id) => moving.find(caller, id)),
    ],
    streams: { [revisionsTopic]: (caller) => service.revisions(caller) },
  };
}
