import { ApiToken, ApiTokenMembership } from "./access/api-token.js";
import { ApiTokenRepository } from "./access/api-token-repository.js";
import { ApiTokenResolver } from "./access/api-token-resolver.js";
import { ApiTokenService } from "./access/api-token-service.js";
import { Authentication } from "./access/authentication.js";
import type { Caller } from "./access/caller.js";
import { ViewerResolver } from "./access/viewer-resolver.js";
import { AuditEntry } from "./audit/audit-entry.js";
import { AuditRepository } from "./audit/audit-repository.js";
import { AuditResolver } from "./audit/audit-resolver.js";
import { AuditService } from "./audit/audit-service.js";
import { ChangeLog } from "./audit/change-log.js";
import { Revision } from "./audit/revision.js";
import { RevisionFeed } from "./audit/revision-feed.js";
import type { Database } from "./core/database/database.js";
import { isId, type IdPrefix } from "./core/ids.js";
import type { Log } from "./core/log.js";
import type { Node } from "./graph/node.js";
import { NodeResolver, type NodeSource } from "./graph/node-resolver.js";
import { Project } from "./projects/project.js";
import { MembershipResolver, ProjectTokensResolver } from "./projects/project-access-resolver.js";
import { AuditProjectResolver, ProjectAuditResolver } from "./projects/project-audit-resolver.js";
import { ProjectRepository } from "./projects/project-repository.js";
import { ProjectResolver } from "./projects/project-resolver.js";
import { ProjectService } from "./projects/project-service.js";
import type { Settings } from "./settings.js";

/** All that the database holds. */
export const entities = [ApiToken, ApiTokenMembership, AuditEntry, Revision, Project];

/** What the domains take from the world. */
export interface DomainWorld {
  readonly log: Log;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** The domains, built. */
export interface Domains {
  readonly authentication: Authentication;
  readonly tokens: ApiTokenService;
  readonly resolvers: readonly object[];
  /** Begins the work that goes on in the background: watching the Alertmanagers. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Builds every domain over one database: repositories, services, resolvers, from left to right. */
export function makeDomains(_settings: Settings, database: Database, { log, now, randomBytes }: DomainWorld): Domains {
  const tokenRepository = new ApiTokenRepository(database);
  const auditRepository = new AuditRepository(database);
  const projectRepository = new ProjectRepository(database);

  const feed = new RevisionFeed(auditRepository, (error) => log.warn({ err: error }, "Revisions cannot be read"));
  const changes = new ChangeLog(database, auditRepository, projectRepository, now, (revision) => feed.publish(revision));
  const tokens = new ApiTokenService(tokenRepository, projectRepository, now, randomBytes);
  const audit = new AuditService(auditRepository);
  const projects = new ProjectService(projectRepository, changes, [tokenRepository], { belongsTo: async () => false }, now);

  const nodes: NodeSource<Caller>[] = [
    stored("prj", (caller, id) => projects.find(caller, id)),
    stored("tok", (caller, id) => tokens.find(caller, id)),
    stored("aud", (caller, id) => audit.find(caller, id)),
  ];
  return {
    authentication: new Authentication(tokenRepository, now),
    tokens,
    resolvers: [
      new NodeResolver(nodes),
      new ViewerResolver(),
      new ApiTokenResolver(tokens),
      new AuditResolver(audit),
      new MembershipResolver(projects),
      new ProjectResolver(projects),
      new ProjectTokensResolver(tokens),
      new ProjectAuditResolver(audit),
      new AuditProjectResolver(projects),
    ],
    start: () => {},
    stop: async () => {},
  };
}

function stored(prefix: IdPrefix, find: (caller: Caller, id: string) => Promise<Node | null>): NodeSource<Caller> {
  return { prefix, isWellFormed: (id) => isId(prefix, id), find };
}
