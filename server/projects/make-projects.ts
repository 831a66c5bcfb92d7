import type { ApiTokenService } from "../access/api-token-service.js";
import type { Caller } from "../access/caller.js";
import type { TokenCounts } from "../access/token-counts.js";
import type { AuditService } from "../audit/audit-service.js";
import type { ChangeLog } from "../audit/change-log.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import { LimitResolver, TokenUsageResolver } from "./limit-resolver.js";
import type { LimitService } from "./limit-service.js";
import type { Project } from "./project.js";
import { MembershipResolver, ProjectTokensResolver } from "./project-access-resolver.js";
import { AuditProjectResolver, ProjectAuditResolver } from "./project-audit-resolver.js";
import type { ContactGroupsOfProject, GroupNames } from "./project-contents.js";
import type { ProjectRepository } from "./project-repository.js";
import { ProjectService } from "./project-service.js";

/** What projects are built over. */
export interface ProjectsParts {
  readonly repository: ProjectRepository;
  readonly limits: LimitService;
  readonly changes: ChangeLog;
  readonly audit: AuditService;
  readonly tokens: ApiTokenService;
  readonly tokenCounts: TokenCounts;
  readonly groupNames: GroupNames;
  readonly contactGroups: ContactGroupsOfProject;
  /** The shard that a project is in, or is to be put into; null without shards. */
  readonly shardOf: (project: Pick<Project, "id" | "shardName">) => string | null;
}

/** Projects, as the owners of what belongs to them build on them. */
export interface ProjectsDomain extends GraphPart<Caller> {
  readonly service: ProjectService;
}

/** Builds the domain of projects, but for how they go away and come back: that takes `makeProjectLifecycle`. */
export function makeProjects(parts: ProjectsParts): ProjectsDomain {
  const { repository, limits, changes, audit, tokens, tokenCounts, groupNames, contactGroups, shardOf } = parts;
  const service = new ProjectService(repository, changes, contactGroups, groupNames, limits, shardOf);
  return {
    service,
    resolvers: [
      new MembershipResolver(service),
      new ProjectTokensResolver(tokens),
      new ProjectAuditResolver(audit),
      new AuditProjectResolver(service),
      new LimitResolver(limits),
      new TokenUsageResolver(tokenCounts),
    ],
    nodes: [storedNodes("prj", (caller, id) => service.find(caller, id))],
  };
}
