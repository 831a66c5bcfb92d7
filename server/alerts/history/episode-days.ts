import type { EpisodeDay } from "./episode-day.js";

/** The day of a time in UTC, as `2026-11-23`. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** Counts the episodes of each project that are recorded in a day, up to the most that are. */
export class EpisodeDays {
  #day = "";
  readonly #counts = new Map<string, { recorded: number; leftOut: number }>();
  readonly #touched = new Set<string>();

  constructor(private readonly most: number) {}

  /** Begins anew with what the database has counted on a day. */
  load(day: string, rows: readonly EpisodeDay[]): void {
    this.#day = day;
    this.#counts.clear();
    this.#touched.clear();
    for (const { projectId, recorded, leftOut } of rows) this.#counts.set(projectId, { recorded, leftOut });
  }

  /** Answers whether one more is to be recorded, and counts it; one that is too many only if it is new. */
  admit(projectId: string | null, now: Date, isNew: boolean): boolean {
    if (dayOf(now) !== this.#day) this.load(dayOf(now), []);
    const key = projectId ?? "";
    const { recorded, leftOut } = this.#counts.get(key) ?? { recorded: 0, leftOut: 0 };
    const isAdmitted = recorded < this.most;
    const more = isAdmitted ? { recorded: recorded + 1, leftOut } : { recorded, leftOut: leftOut + (isNew ? 1 : 0) };
    this.#counts.set(key, more);
    this.#touched.add(key);
    return isAdmitted;
  }

  /** The counts that are to be written. */
  takeTouched(): readonly EpisodeDay[] {
    const rows = [...this.#touched].map((projectId) => {
      const counts = this.#counts.get(projectId) ?? { recorded: 0, leftOut: 0 };
      return { projectId, day: this.#day, ...counts };
    });
    this.#touched.clear();
    return rows;
  }
}
