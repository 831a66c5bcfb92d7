import { In, LessThan, type QueryDeepPartialEntity } from "typeorm";
import { batches } from "../../core/database/batches.js";
import type { Database } from "../../core/database/database.js";
import { all, equals, isSet, type Narrow, oneOf } from "../../core/database/narrow.js";
import { TableReader } from "../../core/database/table-reader.js";
import { Acknowledgement, neverEnded } from "./acknowledgement.js";
import { AcknowledgementRevision } from "./acknowledgement-revision.js";

/** How many acknowledgements a project has. */
export interface AcknowledgementCounts {
  readonly inForce: number;
  /** Since some time, ended ones too. */
  readonly made: number;
}

/** The order of every list: those in force first, the newest first; then the last ended. */
export const inForceFirst = { property: "untilAt", direction: "DESC" } as const;

/** Acknowledgements in the database. */
export class AcknowledgementRepository extends TableReader<Acknowledgement> {
  constructor(database: Database) {
    super(database, Acknowledgement);
  }

  /** Takes the next revision, holding its row's lock until the transaction ends: who writes comes after who wrote before. */
  takeRevision(): Promise<number> {
    const { theOne } = AcknowledgementRevision;
    return this.database.transaction(async (manager) => {
      await manager.increment(AcknowledgementRevision, { id: theOne }, "value", 1);
      return (await manager.findOneByOrFail(AcknowledgementRevision, { id: theOne })).value;
    });
  }

  /** The newest revision; each server asks every second. */
  async newestRevision(): Promise<number> {
    const sql = `SELECT value AS newest FROM acknowledgement_revision WHERE id = ${AcknowledgementRevision.theOne}`;
    const [row]: { readonly newest: number }[] = await this.database.read((manager) => manager.query(sql));
    return row?.newest ?? 0;
  }

  inForce(): Promise<Acknowledgement[]> {
    return this.select(acknowledgementsWhere({ active: true }));
  }

  /** Those that changed after this revision, ended ones too. */
  changedSince(revision: number): Promise<Acknowledgement[]> {
    return this.select((query, row) => query.where(`${row}.revision > :revision`, { revision }));
  }

  inForceOf(fingerprints: readonly string[]): Promise<Acknowledgement[]> {
    return this.select(all(oneOf("fingerprint", fingerprints), acknowledgementsWhere({ active: true })));
  }

  /** Of these alerts those that were acknowledged by the same request as this one. */
  madeWith({ createdAt, createdById }: Acknowledgement, fingerprints: readonly string[]): Promise<Acknowledgement[]> {
    return this.select((query, row) =>
      oneOf("fingerprint", fingerprints)(query, row).andWhere(
        `${row}.createdAt = :createdAt AND ${row}.createdById = :createdById`,
        { createdAt, createdById },
      ),
    );
  }

  /** Of these alerts the acknowledgements that ended at the same moment as this one. */
  endedWith({ untilAt }: Acknowledgement, fingerprints: readonly string[]): Promise<Acknowledgement[]> {
    return this.select((query, row) =>
      oneOf("fingerprint", fingerprints)(query, row).andWhere(`${row}.untilAt = :untilAt`, { untilAt }),
    );
  }

  /** Of each of these projects, those in force and those that were made since a time. */
  async countsOf(projectIds: readonly string[], since: Date): Promise<ReadonlyMap<string, AcknowledgementCounts>> {
    if (projectIds.length === 0) return new Map();
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(Acknowledgement, "row")
        .select("row.projectId", "projectId")
        .addSelect("SUM(CASE WHEN row.untilAt = :never THEN 1 ELSE 0 END)", "inForce")
        .addSelect("SUM(CASE WHEN row.createdAt >= :since THEN 1 ELSE 0 END)", "made")
        .where("row.projectId IN (:...projectIds) AND (row.untilAt = :never OR row.createdAt >= :since)", {
          ...{ projectIds: [...projectIds], never: neverEnded, since },
        })
        .groupBy("row.projectId")
        .getRawMany<{ projectId: string; inForce: string | number; made: string | number }>(),
    );
    return new Map(
      rows.map(({ projectId, inForce, made }) => [projectId, { inForce: Number(inForce), made: Number(made) }]),
    );
  }

  /** Writes new ones, inside the caller's transaction. */
  async insertAll(acknowledgements: readonly Acknowledgement[]): Promise<void> {
    await this.database.transaction(async (manager) => {
      for (const batch of batches(acknowledgements)) {
        await manager.insert(Acknowledgement, batch as QueryDeepPartialEntity<Acknowledgement>[]);
      }
    });
  }

  /** Replaces the one that is still as it was at `revision`; false when it changed since. Inside the caller's transaction. */
  async replace(acknowledgement: Acknowledgement, revision: number): Promise<boolean> {
    const { affected } = await this.database.transaction((manager) =>
      manager
        .createQueryBuilder()
        .update(Acknowledgement)
        .set(acknowledgement as QueryDeepPartialEntity<Acknowledgement>)
        .where("id = :id AND revision = :before", { id: acknowledgement.id, before: revision })
        .execute(),
    );
    return affected === 1;
  }

  /**
   * Ends those of a project that are in force, whatever the transaction has read before; answers them as they are then.
   * Inside the caller's transaction, which took `revision`.
   */
  async endOfProject(projectId: string, revision: number, at: Date): Promise<Acknowledgement[]> {
    const { affected } = await this.database.transaction((manager) =>
      manager
        .createQueryBuilder()
        .update(Acknowledgement)
        .set({ untilAt: at, endReason: "DELETED", revision, version: () => "version + 1", updatedAt: at })
        .where("project_id = :projectId AND ended_at = :never", { projectId, never: neverEnded })
        .execute(),
    );
    if (affected === 0) return [];
    return this.select(all(equals("projectId", projectId), equals("revision", revision)));
  }

  /** The ids in Alertmanager of all silences that were ever made for acknowledgements of a project, as far as is known. */
  async silencesOf(projectId: string): Promise<ReadonlySet<string>> {
    const rows = await this.select(equals("projectId", projectId));
    return new Set(rows.flatMap(({ places }) => places.flatMap(({ silenceId }) => silenceId ?? [])));
  }

  /** Deletes so many at the most that had ended before `time`; answers how many those were. */
  async removeEndedBefore(time: Date, most: number): Promise<number> {
    const ended = await this.database.read((manager) =>
      manager.find(Acknowledgement, {
        select: { id: true },
        where: { untilAt: LessThan(time) },
        order: { untilAt: "ASC", id: "ASC" },
        take: most,
      }),
    );
    if (ended.length === 0) return 0;
    const ids = ended.map(({ id }) => id);
    await this.database.transaction((manager) => manager.delete(Acknowledgement, { id: In(ids) }));
    return ids.length;
  }
}

/** What narrows a list of acknowledgements; what is absent narrows nothing. */
export interface AcknowledgementConditions {
  readonly active?: boolean | null | undefined;
  readonly owners?: readonly string[] | null | undefined;
  readonly projectIds?: readonly string[] | null | undefined;
  /** Whether those of no project are left out. */
  readonly ofProjectsOnly?: boolean;
}

/** The narrowing that these conditions mean. */
export function acknowledgementsWhere({
  active,
  owners,
  projectIds,
  ofProjectsOnly,
}: AcknowledgementConditions): Narrow {
  const isInForce: Narrow = (query, row) =>
    query.andWhere(`${row}.untilAt ${active ? "=" : "<"} :never`, { never: neverEnded });
  return all(
    ...(active == null ? [] : [isInForce]),
    ...(owners ? [oneOf("owner", owners)] : []),
    ...(projectIds ? [oneOf("projectId", projectIds)] : []),
    ...(ofProjectsOnly ? [isSet("projectId")] : []),
  );
}
