import type { QueryDeepPartialEntity } from "typeorm";
import type { Database } from "../core/database/database.js";
import { all, equals, everything, isSet, type Narrow, oneOf } from "../core/database/narrow.js";
import { TableReader } from "../core/database/table-reader.js";
import type { SecretPlace } from "../secrets/secret-keys.js";
import type { SecretHolder } from "../secrets/secret-pruning.js";
import { AuditEntry } from "./audit-entry.js";
import { Revision } from "./revision.js";

/** The newest revisions: of everything, and of the global rules. */
export interface Revisions {
  readonly value: number;
  readonly globalRulesValue: number;
}

/** Adds to and reads the change log; there is no update and no deletion. */
export class AuditRepository extends TableReader<AuditEntry> implements SecretHolder {
  constructor(database: Database) {
    super(database, AuditEntry);
  }

  /** Takes the next revision, holding its row's lock until the transaction ends: commit order is revision order. */
  async takeRevision(touchesGlobalRules: boolean): Promise<number> {
    return this.database.transaction(async (manager) => {
      await manager.increment(Revision, { id: Revision.theOne }, "value", 1);
      const { value } = await manager.findOneByOrFail(Revision, { id: Revision.theOne });
      if (touchesGlobalRules) await manager.update(Revision, { id: Revision.theOne }, { globalRulesValue: value });
      return value;
    });
  }

  /** Holds the lock that `takeRevision` takes until the transaction ends, without taking one. */
  async holdRevision(): Promise<void> {
    await this.database.transaction((manager) => manager.increment(Revision, { id: Revision.theOne }, "value", 0));
  }

  revisions(): Promise<Revisions> {
    return this.database.read((manager) => manager.findOneByOrFail(Revision, { id: Revision.theOne }));
  }

  async add(entries: readonly AuditEntry[]): Promise<void> {
    await this.database.transaction((manager) =>
      manager.insert(AuditEntry, [...entries] as QueryDeepPartialEntity<AuditEntry>[]),
    );
  }

  /** The secrets that an object of the past refers to: whoever brings it back needs them. */
  async heldSecrets(secrets: readonly SecretPlace[]): Promise<readonly string[]> {
    const held: string[] = [];
    for (const { id, entityId } of secrets) {
      if ((await this.count(all(equals("entityId", entityId), mentions(id)))) > 0) held.push(id);
    }
    return held;
  }

  findByIdempotencyKey(actorId: string, idempotencyKey: string): Promise<AuditEntry | null> {
    return this.database.read((manager) => manager.findOneBy(AuditEntry, { actorId, idempotencyKey }));
  }
}

/** Only entries whose descriptions name this id. */
function mentions(id: string): Narrow {
  return (query, row) =>
    query.andWhere(`(${row}.before LIKE :mentioned OR ${row}.after LIKE :mentioned)`, { mentioned: `%${id}%` });
}

/**
 * The narrowing that a filter on the change log means: only entries of the `readable` projects, and, if `platform`, those
 * of no project.
 */
export function auditEntriesWhere(
  filter: {
    readonly [property in "projectId" | "entityType" | "entityId" | "actor" | "action"]?: string | null | undefined;
  },
  readable: "all" | readonly string[],
  platform: boolean,
): Narrow {
  const wanted = Object.entries(filter).flatMap(([property, value]) => (value ? [equals(property, value)] : []));
  const inProjects = readable === "all" ? [] : [oneOf("projectId", readable)];
  return all(...inProjects, ...(platform ? [] : [isSet("projectId")]), ...wanted);
}

/** Of the entries on objects of this type only those of these projects. */
export function entriesOn(entityType: string, projectIds: "all" | readonly string[]): Narrow {
  if (projectIds === "all") return everything;
  const within = projectIds.length === 0 ? "" : "OR entry.projectId IN (:...within)";
  return (query, row) =>
    query.andWhere(`(entry.entityType <> :onType ${within})`.replaceAll("entry.", `${row}.`), {
      onType: entityType,
      within: [...projectIds],
    });
}
