import { LessThan, type QueryDeepPartialEntity, type SelectQueryBuilder } from "typeorm";
import { batches } from "../../core/database/batches.js";
import type { Database } from "../../core/database/database.js";
import { AlertEpisode } from "./alert-episode.js";
import { ClusterReading } from "./cluster-reading.js";
import { EpisodeDay } from "./episode-day.js";

/** What is written at once. */
export interface EpisodeRecord {
  readonly episodes: readonly AlertEpisode[];
  readonly days: readonly EpisodeDay[];
  /** Asked first within the transaction: throws when it is no longer this server's turn to write. */
  readonly confirm: () => Promise<void>;
}

/** Read with one statement. */
const pageSize = 500;

/** All that may change in a row; its place, its alert and when that was first seen do not. */
const moving = [
  "severity",
  "labels",
  "annotations",
  "clusters",
  "resolved_at",
  "resolved_before",
  "suppressed_seconds",
  "state_changes",
];

/** The history of alerts, for whoever records and prunes it. */
export class EpisodeRecordRepository {
  constructor(private readonly database: Database) {}

  /** When the clusters were last read by whoever recorded last, by their names. */
  async readings(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.read((manager) => manager.find(ClusterReading));
    return new Map(rows.map(({ cluster, readAt }) => [cluster, readAt.getTime()]));
  }

  days(day: string): Promise<readonly EpisodeDay[]> {
    return this.database.read((manager) => manager.findBy(EpisodeDay, { day }));
  }

  /** All that have not resolved, in pages. */
  open(): AsyncGenerator<readonly AlertEpisode[]> {
    return this.#pages((query, after) => {
      query.where("row.resolvedAt IS NULL").orderBy("row.id", "ASC");
      if (after !== null) query.andWhere("row.id > :id", { id: after.id });
    });
  }

  /** All that resolved at this time or later, in pages. */
  resolvedSince(time: Date): AsyncGenerator<readonly AlertEpisode[]> {
    return this.#pages((query, after) => {
      query.where("row.resolvedAt >= :from", { from: after?.resolvedAt ?? time });
      query.orderBy("row.resolvedAt", "ASC").addOrderBy("row.id", "ASC");
      if (after !== null) query.andWhere("(row.resolvedAt > :from OR row.id > :id)", { id: after.id });
    });
  }

  /** Writes episodes, over what the database has of the same firings, in one transaction. */
  async write({ episodes, days, confirm }: EpisodeRecord): Promise<void> {
    await this.database.transaction(async (manager) => {
      await confirm();
      const insert = () => manager.createQueryBuilder().insert().updateEntity(false);
      for (const batch of batches(episodes)) {
        const rows = batch as QueryDeepPartialEntity<AlertEpisode>[];
        await insert().into(AlertEpisode).values(rows).orUpdate(moving, ["fingerprint", "starts_at"]).execute();
      }
      if (days.length === 0) return;
      const counted = ["recorded", "left_out"];
      await insert()
        .into(EpisodeDay)
        .values([...days])
        .orUpdate(counted, ["project_id", "day"])
        .execute();
    });
  }

  /** Notes when the clusters were last read, once all that was seen by then is written. */
  async noteReadings(readAtMs: ReadonlyMap<string, number>, confirm: () => Promise<void>): Promise<void> {
    const rows = [...readAtMs].map(([cluster, ms]) => ({ cluster, readAt: new Date(ms) }));
    if (rows.length === 0) return;
    await this.database.transaction(async (manager) => {
      await confirm();
      const insert = manager.createQueryBuilder().insert().updateEntity(false).into(ClusterReading);
      await insert.values(rows).orUpdate(["read_at"], ["cluster"]).execute();
    });
  }

  /** Deletes the oldest of those that resolved before a time, at most so many, in one transaction; answers their number. */
  async removeBefore(time: Date, most: number): Promise<number> {
    const rows = await this.#select((query) => {
      query.select("row.id").where("row.resolvedAt < :time", { time }).orderBy("row.resolvedAt", "ASC").limit(most);
    });
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) await this.database.transaction((manager) => manager.delete(AlertEpisode, ids));
    return ids.length;
  }

  /** Deletes the counts of the days before one. */
  async removeDaysBefore(day: string): Promise<void> {
    await this.database.transaction((manager) => manager.delete(EpisodeDay, { day: LessThan(day) }));
  }

  async *#pages(narrow: (query: Query, after: AlertEpisode | null) => void): AsyncGenerator<readonly AlertEpisode[]> {
    for (let after: AlertEpisode | null = null; ; ) {
      const page: readonly AlertEpisode[] = await this.#select((query) => narrow(query.limit(pageSize), after));
      yield page;
      after = page.at(-1) ?? null;
      if (page.length < pageSize || after === null) return;
    }
  }

  #select(narrow: (query: Query) => void): Promise<AlertEpisode[]> {
    return this.database.read((manager) => {
      const query = manager.createQueryBuilder(AlertEpisode, "row");
      narrow(query);
      return query.getMany();
    });
  }
}

type Query = SelectQueryBuilder<AlertEpisode>;
