import type { Caller } from "../access/caller.js";
import type { Database } from "../core/database/database.js";
import type { Log } from "../core/log.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import { AuditRepository } from "./audit-repository.js";
import { AuditResolver } from "./audit-resolver.js";
import { AuditService } from "./audit-service.js";
import { ChangeLog, type ProjectRevisions } from "./change-log.js";
import { PendingWriteRepository } from "./pending-write-repository.js";
import { PendingWrites } from "./pending-writes.js";
import { RevisionFeed } from "./revision-feed.js";
import { WriteAhead } from "./write-ahead.js";

/** What the change log is built over. */
export interface AuditParts {
  readonly database: Database;
  readonly projects: ProjectRevisions;
  readonly log: Pick<Log, "warn">;
  readonly now: () => Date;
}

/** The change log, to be written, read and listened to. */
export interface AuditDomain extends GraphPart<Caller> {
  readonly repository: AuditRepository;
  readonly changes: ChangeLog;
  readonly pending: PendingWrites;
  readonly writes: WriteAhead;
  readonly feed: RevisionFeed;
  readonly service: AuditService;
}

/** Builds the domain of the change log. */
export function makeAudit({ database, projects, log, now }: AuditParts): AuditDomain {
  const repository = new AuditRepository(database);
  const feed = new RevisionFeed(repository, (error) => log.warn({ err: error }, "Revisions cannot be read"));
  const service = new AuditService(repository);
  const changes = new ChangeLog(database, repository, projects, now, (revision) => feed.publish(revision));
  const pending = new PendingWrites(database, new PendingWriteRepository(database), repository, now);
  return {
    repository,
    changes,
    pending,
    writes: new WriteAhead(changes, pending),
    feed,
    service,
    resolvers: [new AuditResolver(service)],
    nodes: [storedNodes("aud", (caller, id) => service.find(caller, id))],
  };
}
