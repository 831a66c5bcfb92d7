import { Between, In, LessThan, Not, type QueryDeepPartialEntity } from "typeorm";
import type { IdempotencyKey } from "../access/caller.js";
import { batches } from "../core/database/batches.js";
import type { Database } from "../core/database/database.js";
import { all, equals, everything, isSet, type Narrow, oneOf, since, until } from "../core/database/narrow.js";
import { TableReader } from "../core/database/table-reader.js";
import type { SecretPlace } from "../secrets/secret-keys.js";
import type { SecretHolder } from "../secrets/secret-pruning.js";
import { AuditEntry } from "./audit-entry.js";
import type { AuditEntryFilter } from "./audit-entry-input.js";
import { boundsOfParts } from "./key-parts.js";
import { Revision } from "./revision.js";

/** The newest revisions: of everything, and of the global rules. */
export interface Revisions {
  readonly value: number;
  readonly globalRulesValue: number;
}

/** Adds to and reads the change log; entries never change, and go away by their age alone. */
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

  /** The newest revision, and whether an entry of the actor has the key, in one statement. */
  async revisionAndKey(actorId: string, key: IdempotencyKey | null): Promise<{ value: number; isKeyUsed: boolean }> {
    const ofKey = "entry.actorId = :actorId AND entry.idempotencyKey = :key";
    const row = await this.database.read((manager) =>
      manager
        .createQueryBuilder(Revision, "revision")
        .leftJoin(AuditEntry, "entry", ofKey, { actorId, key: key?.key ?? null })
        .select("revision.value", "value")
        .addSelect("entry.id", "entry")
        .where("revision.id = :theOne", { theOne: Revision.theOne })
        .getRawOne<{ value: number; entry: string | null }>(),
    );
    return { value: row?.value ?? 0, isKeyUsed: row?.entry != null };
  }

  async add(entries: readonly AuditEntry[]): Promise<void> {
    await this.database.transaction(async (manager) => {
      for (const batch of batches(entries)) {
        await manager.insert(AuditEntry, batch as QueryDeepPartialEntity<AuditEntry>[]);
      }
    });
  }

  /** What was deleted of a project in one revision, in the order of the entries. */
  deletionsIn(projectId: string, revision: number): Promise<AuditEntry[]> {
    const narrow = all(equals("revision", revision), equals("projectId", projectId), equals("action", "DELETE"));
    return this.select(narrow, { property: "id", direction: "ASC" });
  }

  /** What was deleted of a type under these ids, each perhaps several times. */
  deletionsOf(entityType: string, ids: readonly string[]): Promise<AuditEntry[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.select(all(oneOf("entityId", ids), equals("entityType", entityType), equals("action", "DELETE")));
  }

  /** The ids of all objects of these types that a project ever had. */
  async objectsOf(projectId: string, entityTypes: readonly string[]): Promise<string[]> {
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(AuditEntry, "row")
        .select("row.entityId", "id")
        .distinct()
        .where("row.projectId = :projectId AND row.entityType IN (:...entityTypes)", {
          projectId,
          entityTypes: [...entityTypes],
        })
        .getRawMany<{ id: string }>(),
    );
    return rows.map(({ id }) => id);
  }

  /** The secrets that an object of the past refers to: whoever brings it back needs them. */
  async heldSecrets(secrets: readonly SecretPlace[]): Promise<readonly string[]> {
    const held: string[] = [];
    for (const { id, entityId } of secrets) {
      if ((await this.count(all(equals("entityId", entityId), mentions(id)))) > 0) held.push(id);
    }
    return held;
  }

  /**
   * Deletes the oldest of the entries from before a time, at most so many, in one transaction; resolves to their number.
   * Those of deletions stay until they are from before another time: what they tell of can be brought back until then.
   * Only for those who maintain the database: to the server itself entries are there for good.
   */
  async removeBefore(time: Date, deletionsBefore: Date, most: number): Promise<number> {
    const oldest = { at: "ASC", id: "ASC" } as const;
    const where =
      deletionsBefore >= time
        ? { at: LessThan(time) }
        : [{ at: LessThan(deletionsBefore) }, { at: LessThan(time), action: Not("DELETE" as const) }];
    const entries = await this.database.read((manager) =>
      manager.find(AuditEntry, { select: { id: true }, where, order: oldest, take: most }),
    );
    if (entries.length === 0) return 0;
    const ids = entries.map(({ id }) => id);
    await this.database.transaction((manager) => manager.delete(AuditEntry, { id: In(ids) }));
    return ids.length;
  }

  /** Whether there is an entry about the object, and no refusal, from this time or later. */
  async tellsOf(entityType: string, entityId: string, from: Date): Promise<boolean> {
    return (
      (await this.count(all(equals("entityType", entityType), equals("entityId", entityId), since("at", from)))) > 0
    );
  }

  /** The entry that stands for the key, or for a part of it. */
  async findByIdempotencyKey(actorId: string, idempotencyKey: string): Promise<AuditEntry | null> {
    return this.database.read((manager) => manager.findOneBy(AuditEntry, ofKeyOrParts(actorId, idempotencyKey)));
  }

  /** The entries that stand for the key, and for all parts of it. */
  findByKeyOrParts(actorId: string, idempotencyKey: string): Promise<AuditEntry[]> {
    return this.database.read((manager) => manager.findBy(AuditEntry, ofKeyOrParts(actorId, idempotencyKey)));
  }
}

/** The condition that a row stands for the key, or for a part of it. */
export function ofKeyOrParts(actorId: string, idempotencyKey: string) {
  return [
    { actorId, idempotencyKey },
    { actorId, idempotencyKey: Between(...boundsOfParts(idempotencyKey)) },
  ];
}

/** Only entries whose descriptions name this id. */
function mentions(id: string): Narrow {
  return (query, row) =>
    query.andWhere(`(${row}.before LIKE :mentioned OR ${row}.after LIKE :mentioned)`, { mentioned: `%${id}%` });
}

/** What narrows a list of the change log; `projectId` was looked at already. */
export type AuditEntryConditions = Omit<AuditEntryFilter, "project"> & {
  readonly projectId?: string | null | undefined;
};

/**
 * The narrowing that a filter on the change log means: only entries of the `readable` projects, and, if `platform`, those
 * of no project.
 */
export function auditEntriesWhere(
  { since: from, until: to, hasReason, ...equal }: AuditEntryConditions,
  readable: "all" | readonly string[],
  platform: boolean,
): Narrow {
  return all(
    ...(readable === "all" ? [] : [oneOf("projectId", readable)]),
    ...(platform ? [] : [isSet("projectId")]),
    ...Object.entries(equal).flatMap(([property, value]) => (value ? [equals(property, value)] : [])),
    ...(from ? [since("at", from)] : []),
    ...(to ? [until("at", to)] : []),
    ...(hasReason == null ? [] : [hasReason ? refusedForReason : withoutReason]),
  );
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

/** Only refusals have reasons; told so, the databases find them by the index. */
const refusedForReason: Narrow = (query, row) =>
  query.andWhere(`${row}.action = :refused AND ${row}.reason IS NOT NULL`, { refused: "REFUSED" });

const withoutReason: Narrow = (query, row) => query.andWhere(`${row}.reason IS NULL`);
