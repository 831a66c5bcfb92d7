import type { Caller } from "../access/caller.js";
import type { AuditService } from "../audit/audit-service.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { RevisionFeed } from "../audit/revision-feed.js";
import type { Database } from "../core/database/database.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import type { ProjectService } from "../projects/project-service.js";
import { AgentReportService } from "./agent-report-service.js";
import { AgentRepository } from "./agent-repository.js";
import { AgentResolver } from "./agent-resolver.js";
import { BrakeReleaseRepository } from "./brake-release-repository.js";
import { BrakeResolver } from "./brake-resolver.js";
import { BrakeService } from "./brake-service.js";
import {
  ContactGroupRolloutResolver,
  ProjectRolloutResolver,
  RuleRolloutResolver,
  ScrapeJobRolloutResolver,
} from "./rollout-fields.js";
import { ChangesResolver, RolloutProblemResolver, revisionsTopic } from "./rollout-resolver.js";
import { RolloutService } from "./rollout-service.js";

/** What rollout is built over. */
export interface RolloutParts {
  readonly database: Database;
  readonly projects: ProjectService;
  readonly audit: AuditService;
  readonly changes: ChangeLog;
  readonly feed: RevisionFeed;
  readonly now: () => Date;
}

/** Builds the domain of rollout. */
export function makeRollout({ database, projects, audit, changes, feed, now }: RolloutParts): GraphPart<Caller> {
  const repository = new AgentRepository(database);
  const service = new RolloutService(repository, projects, audit, feed, now);
  const brakes = new BrakeService(repository, new BrakeReleaseRepository(database), changes, now);
  return {
    resolvers: [
      new AgentResolver(service, new AgentReportService(repository, now)),
      new BrakeResolver(brakes),
      new ChangesResolver(service),
      new RolloutProblemResolver(projects),
      new ProjectRolloutResolver(service),
      new ScrapeJobRolloutResolver(service),
      new RuleRolloutResolver(service),
      new ContactGroupRolloutResolver(service),
    ],
    nodes: [storedNodes("agt", (caller, id) => service.find(caller, id))],
    streams: { [revisionsTopic]: (caller) => service.revisions(caller) },
  };
}
