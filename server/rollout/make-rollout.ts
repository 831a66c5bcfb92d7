import type { Caller } from "../access/caller.js";
import type { AuditService } from "../audit/audit-service.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { RevisionFeed } from "../audit/revision-feed.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import type { Database } from "../core/database/database.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import type { ProjectService } from "../projects/project-service.js";
import type { ProjectShards } from "../projects/project-shards.js";
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
import {
  ContactGroupRolloutResolver,
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
  readonly now: () => Date;
}

/** How changes reach the machines, and the shards that those are divided into. */
export interface RolloutDomain extends GraphPart<Caller> {
  readonly shards: ShardService;
}

/** Builds the domain of rollout. */
export function makeRollout(parts: RolloutParts): RolloutDomain {
  const { shards, projectShards } = parts;
  const { settings, database, projects, audit, changes, feed, prometheus, now } = parts;
  const repository = new AgentRepository(database);
  const watch = new AgentWatch(repository);
  const service = new RolloutService(repository, projects, audit, feed, watch, shards, now);
  const shardService = new ShardService(shards, projectShards, prometheus);
  const turns = new AgentTurnService(repository, feed, changes, new Canaries(settings.canaries, now), watch);
  const care = new AgentCareService(repository, changes, watch, now);
  const brakes = new BrakeService(repository, new BrakeReleaseRepository(database), changes, now);
  return {
    shards: shardService,
    resolvers: [
      new AgentResolver(service, new AgentReportService(repository, watch, shards, now), turns, care),
      new BrakeResolver(brakes),
      new ChangesResolver(service),
      new RolloutProblemResolver(projects),
      new ProjectRolloutResolver(service),
      new ScrapeJobRolloutResolver(service),
      new RuleRolloutResolver(service),
      new ContactGroupRolloutResolver(service),
      new CapacityResolver(new CapacityService(prometheus, (name) => shards.ofPrometheus(name))),
      new ShardResolver(shardService, service),
      new ProjectShardResolver(shardService),
      new AgentShardResolver(shardService),
    ],
    nodes: [storedNodes("agt", (caller, id) => service.find(caller, id))],
    streams: { [revisionsTopic]: (caller) => service.revisions(caller) },
  };
}
