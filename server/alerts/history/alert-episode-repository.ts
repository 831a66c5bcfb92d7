import type { Database } from "../../core/database/database.js";
import { all, everything, isSet, type Narrow, oneOf, since, until } from "../../core/database/narrow.js";
import { TableReader } from "../../core/database/table-reader.js";
import { AlertEpisode } from "./alert-episode.js";
import type { AlertNameCount } from "./alert-history-counts.js";
import type { AlertHistoryFilter } from "./alert-history-input.js";
import { EpisodeDay } from "./episode-day.js";
import { dayOf } from "./episode-days.js";

/** When episodes began; without a limit where there is none. */
export interface Beginnings {
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

/** An `AlertNameCount` and the project that it is of. */
export type NameCountOf = AlertNameCount & { readonly projectId: string };

/** Reads the history of alerts. */
export class AlertEpisodeRepository extends TableReader<AlertEpisode> {
  constructor(database: Database) {
    super(database, AlertEpisode);
  }

  /** How often and how long the alerts of each name fired, in these projects; those that fired most often first. */
  async nameCounts(projectIds: readonly string[], beginnings: Beginnings, now: Date): Promise<readonly NameCountOf[]> {
    const seconds = this.database.secondsBetween("row.startsAt", "COALESCE(row.resolvedAt, :now)");
    const rows = await this.database.read((manager) =>
      all(oneOf("projectId", projectIds), beganWithin(beginnings))(
        manager.createQueryBuilder(AlertEpisode, "row"),
        "row",
      )
        .select("row.projectId", "projectId")
        .addSelect("row.name", "name")
        .addSelect("COUNT(*)", "episodes")
        .addSelect("SUM(CASE WHEN row.resolvedAt IS NULL THEN 1 ELSE 0 END)", "firing")
        .addSelect(`SUM(${seconds})`, "seconds")
        .addSelect("MAX(row.startsAt)", "last")
        .setParameter("now", now)
        .groupBy("row.projectId")
        .addGroupBy("row.name")
        .orderBy("episodes", "DESC")
        .addOrderBy("name", "ASC")
        .getRawMany<RawCount>(),
    );
    return rows.map(({ projectId, name, episodes, firing, seconds: sum, last }) => ({
      projectId,
      name,
      episodes: Number(episodes),
      firing: Number(firing),
      firingSeconds: Math.max(0, Number(sum)),
      lastStartsAt: timeIn(last),
    }));
  }

  /** How many episodes of each project were too many to be recorded, in the projects' order; "" stands for no project. */
  async leftOut(projectIds: readonly string[], beginnings: Beginnings): Promise<number[]> {
    const rows = await this.#leftOut(beginnings, oneOf("projectId", projectIds));
    const byProject = new Map(rows.map(({ projectId, leftOut }) => [projectId, Number(leftOut)]));
    return projectIds.map((id) => byProject.get(id) ?? 0);
  }

  /** How many episodes were too many to be recorded, of all projects that are left. */
  async leftOutOf(narrow: Narrow, beginnings: Beginnings): Promise<number> {
    const rows = await this.#leftOut(beginnings, narrow);
    return rows.reduce((sum, { leftOut }) => sum + Number(leftOut), 0);
  }

  #leftOut({ since: from, until: to }: Beginnings, narrow: Narrow) {
    return this.database.read((manager) => {
      const query = narrow(manager.createQueryBuilder(EpisodeDay, "row"), "row")
        .select("row.projectId", "projectId")
        .addSelect("SUM(row.leftOut)", "leftOut")
        .groupBy("row.projectId");
      if (from) query.andWhere("row.day >= :from", { from: dayOf(from) });
      if (to) query.andWhere("row.day <= :to", { to: dayOf(to) });
      return query.getRawMany<{ projectId: string; leftOut: string | number }>();
    });
  }
}

interface RawCount extends Record<"projectId" | "name", string> {
  readonly episodes: string | number;
  readonly firing: string | number;
  readonly seconds: string | number;
  readonly last: string | Date;
}

/** The narrowing that a filter means, but for the projects in it. */
export function episodesWhere(filter: Omit<AlertHistoryFilter, "projects">): Narrow {
  const { stillFiringAt, names, severities, states } = filter;
  return all(
    beganWithin(filter),
    ...(stillFiringAt ? [stillFiring(stillFiringAt)] : []),
    ...(names ? [oneOf("name", names)] : []),
    ...(severities ? [oneOf("severity", severities)] : []),
    ...(states ? [inStates(new Set(states))] : []),
  );
}

function beganWithin({ since: from, until: to }: Beginnings): Narrow {
  return all(...(from ? [since("startsAt", from)] : []), ...(to ? [until("startsAt", to)] : []));
}

function stillFiring(at: Date): Narrow {
  return (query, row) =>
    query.andWhere(`(${row}.resolvedAt IS NULL OR ${row}.resolvedAt > :firingAt)`, { firingAt: at });
}

function inStates(states: ReadonlySet<string>): Narrow {
  if (states.has("FIRING")) return states.has("RESOLVED") ? everything : isOpen;
  return states.has("RESOLVED") ? isSet("resolvedAt") : oneOf("id", []);
}

const isOpen: Narrow = (query, row) => query.andWhere(`${row}.resolvedAt IS NULL`);

/** SQLite gives times as text in UTC. */
function timeIn(value: string | Date): Date {
  return value instanceof Date ? value : new Date(`${value.replace(" ", "T")}Z`);
}
