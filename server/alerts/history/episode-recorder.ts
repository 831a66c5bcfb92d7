import { setTimeout as delay } from "node:timers/promises";
import type { ProjectNames } from "../../access/identity.js";
import { type Lease, LeaseLost, type Tenure } from "../../core/database/lease.js";
import { newId } from "../../core/ids.js";
import type { Log } from "../../core/log.js";
import { Repeated } from "../../core/repeated.js";
import type { LiveAlerts } from "../live-alerts.js";
import type { ClusterReadings } from "./cluster-readings.js";
import type { EpisodeBook } from "./episode-book.js";
import { dayOf, type EpisodeDays } from "./episode-days.js";
import type { EpisodeRecordRepository } from "./episode-record-repository.js";
import type { TrackedEpisode } from "./tracked-episode.js";

/** What a recorder works with. */
export interface RecorderParts {
  readonly live: LiveAlerts;
  readonly readings: ClusterReadings;
  readonly book: EpisodeBook;
  readonly days: EpisodeDays;
  readonly repository: EpisodeRecordRepository;
  readonly projects: ProjectNames;
  /** Which server's turn it is to write. */
  readonly lease: Lease;
  readonly log: Pick<Log, "warn" | "error">;
  readonly now: () => Date;
}

/** Between two looks at what is to be written. */
const paceMs = 1_000;
/** Between two looks at whose turn it is, while it is another server's. */
const waitMs = 3_000;
/** Between two notes of when the clusters were read, which is how well the end of what ends with no server running is known. */
const noteMs = 10_000;
/** Written in one transaction. */
const mostAtOnce = 500;
/** An alert that was lost and comes back within this time goes on with the episode that it had, even if another server has to find it. */
const returnMs = 15 * 60_000;

/**
 * Records what fires and resolves. Every server watches; the one whose turn it is writes. When it becomes so, and after each
 * failure, what the database has is compared with what was seen, so that nothing is missing or there twice.
 */
export class EpisodeRecorder {
  readonly #turns: Repeated;
  #sampling: NodeJS.Timeout | undefined;
  #unlisten: () => void = () => undefined;
  #failed = false;
  #pauseMs = paceMs;
  /** When the clusters were last read by whoever recorded before. */
  #readBefore: ReadonlyMap<string, number> = new Map();

  constructor(private readonly parts: RecorderParts) {
    this.#turns = new Repeated((stopped) => this.#turn(stopped), {
      firstMs: () => 0,
      nextMs: () => this.#pauseMs,
      onError: (error) => this.#fail(error),
    });
  }

  /** Begins to watch, and to write when it is this server's turn; to be called before the live alerts are started. */
  start(): void {
    const { live, book, readings, now } = this.parts;
    this.#unlisten = live.onChange(({ alerts }) => book.take(alerts, now().getTime()));
    this.#sampling = setInterval(() => readings.note(), paceMs).unref();
    this.#turns.start();
  }

  /** Writes what is left, and lets another server go on at once. */
  async stop(): Promise<void> {
    await this.#turns.stop();
    clearInterval(this.#sampling);
    this.#unlisten();
  }

  async #turn(stopped: AbortSignal): Promise<void> {
    const { live, lease, book } = this.parts;
    this.#pauseMs = paceMs;
    // What was never read can be compared with nothing.
    if ((await live.snapshot()) === null) return;
    const had = await lease.during(async (tenure) => {
      await this.#compare();
      await this.#record(tenure, stopped);
      return true;
    });
    if (had) return lease.release();
    this.#pauseMs = waitMs;
    book.forgetBefore(this.#ms - returnMs);
    book.takeLost();
  }

  async #record(tenure: Tenure, stopped: AbortSignal): Promise<void> {
    const { book, readings, repository } = this.parts;
    let noteAtMs = 0;
    for (let isLast = false; !isLast; ) {
      isLast = stopped.aborted;
      const readAtMs = readings.all;
      book.settle(this.#ms);
      await this.#writeChanged(tenure);
      if (isLast || this.#ms >= noteAtMs) {
        await repository.noteReadings(readAtMs, tenure.confirm);
        noteAtMs = this.#ms + noteMs;
      }
      this.#failed = false;
      book.forgetBefore(this.#ms - returnMs);
      if (!isLast) await delay(paceMs, undefined, { signal: stopped, ref: false }).catch(() => undefined);
    }
  }

  /** Compares what was seen with what the database has. */
  async #compare(): Promise<void> {
    const { book, days, repository, log } = this.parts;
    this.#readBefore = await repository.readings();
    const today = dayOf(this.parts.now());
    days.load(today, await repository.days(today));
    const sinceMs = Math.min(book.compare(), this.#ms - returnMs);
    for (const pages of [repository.open(), repository.resolvedSince(new Date(sinceMs))]) {
      for await (const rows of pages) for (const row of rows) book.compareWith(row, this.#readBefore);
    }
    book.finish(this.#ms);
    const lost = book.takeLost();
    if (lost > 0)
      log.warn({ lost }, "Alerts that fired and resolved while the database was away are not in the history");
  }

  async #writeChanged(tenure: Tenure): Promise<void> {
    const { book, days, repository, now } = this.parts;
    for (;;) {
      const changed = book.takeChanged(mostAtOnce);
      if (changed.length === 0) return;
      const projectIds = await this.#projectsOf(changed);
      const written = changed.flatMap((episode) => {
        const projectId = projectIds.get(episode.projectName) ?? null;
        if (!episode.isStored && !days.admit(projectId, now(), this.#isNew(episode))) episode.isLeftOut = true;
        return episode.isLeftOut ? [] : [[episode, episode.row(() => ({ id: newId("alh"), projectId }))] as const];
      });
      const episodes = written.map(([, row]) => row);
      await repository.write({ episodes, days: days.takeTouched(), confirm: tenure.confirm });
      for (const [episode, row] of written) episode.store(row);
    }
  }

  /** The projects of those that the database does not have yet, by name. */
  async #projectsOf(episodes: readonly TrackedEpisode[]): Promise<ReadonlyMap<string, string>> {
    const names = new Set(episodes.flatMap(({ isStored, projectName }) => (isStored ? [] : [projectName])));
    names.delete("");
    return names.size === 0 ? new Map() : this.parts.projects.idsOf([...names]);
  }

  /** Whether nobody who recorded before can have counted it. */
  #isNew({ clusters, startsAtMs }: TrackedEpisode): boolean {
    return clusters.every((name) => startsAtMs > (this.#readBefore.get(name) ?? Number.NEGATIVE_INFINITY));
  }

  #fail(error: unknown): void {
    // Another server goes on.
    if (error instanceof LeaseLost) return;
    const { log } = this.parts;
    if (!this.#failed)
      log.error({ err: error }, "The history of alerts cannot be written; it is kept in memory until it can");
    this.#failed = true;
  }

  get #ms(): number {
    return this.parts.now().getTime();
  }
}
