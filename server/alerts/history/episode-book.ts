import type { Alert } from "../alert.js";
import type { AlertChange } from "../alert-snapshot.js";
import type { AlertEpisode } from "./alert-episode.js";
import type { ClusterReadings } from "./cluster-readings.js";
import { TrackedEpisode } from "./tracked-episode.js";

/** Of the episodes that have ended, so many are remembered while they cannot be written. */
export const mostEnded = 20_000;

/**
 * What this server has seen fire and resolve, and what of that the database does not have yet. Every server keeps one, also
 * while another one records, so that nothing is missing when it takes over.
 */
export class EpisodeBook {
  /** By fingerprint. */
  readonly #open = new Map<string, TrackedEpisode>();
  /** Open in the database, by fingerprint; this server has not seen yet whether they still fire. */
  readonly #unseen = new Map<string, TrackedEpisode>();
  /** By fingerprint and start, in the order in which their ends were seen. */
  readonly #ended = new Map<string, TrackedEpisode>();
  /** Of those the last of each alert, by fingerprint. */
  readonly #lastEnded = new Map<string, TrackedEpisode>();
  readonly #changed = new Set<TrackedEpisode>();
  #lost = 0;

  /** @param unwatchedMs a cluster that was not read for so long was not watched: what is gone since may have ended at any time */
  constructor(
    private readonly readings: ClusterReadings,
    private readonly unwatchedMs: number,
  ) {}

  /** Takes in what has just been seen to change. */
  take(changes: readonly AlertChange[], nowMs: number): void {
    for (const { before, after } of changes) {
      if (after !== null) this.#fires(after, nowMs);
      else if (before !== null) this.#isGone(before.fingerprint, nowMs);
    }
  }

  /** Begins to compare with the database, which another server may have written to; answers from which end on. */
  compare(): number {
    this.#unseen.clear();
    this.#changed.clear();
    for (const episode of [...this.#open.values(), ...this.#ended.values()]) episode.unstore();
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const { resolvedAtMs } of this.#ended.values()) oldestMs = Math.min(oldestMs, resolvedAtMs ?? oldestMs);
    return oldestMs;
  }

  /** Compares with what the database has; `readAtMs` tells when the clusters were last read by whoever wrote that. */
  compareWith(row: AlertEpisode, readAtMs: ReadonlyMap<string, number>): void {
    const lastSeenMs = Math.max(...row.clusters.map((name) => readAtMs.get(name) ?? Number.NEGATIVE_INFINITY));
    const stored = TrackedEpisode.stored(row, lastSeenMs);
    const open = this.#open.get(row.fingerprint);
    const own = [open, this.#ended.get(keyOf(stored)), this.#lastEnded.get(row.fingerprint)].find(
      (episode) => episode && !episode.isStored && stored.isOf(episode.startsAtMs),
    );
    if (own !== undefined) {
      if (stored.follow(own)) this.#changed.add(stored);
      this.#changed.delete(own);
      this.#forget(own);
      if (stored.resolvedAtMs === null) this.#open.set(row.fingerprint, stored);
      else this.#remember(stored);
    } else if (stored.resolvedAtMs !== null) this.#remember(stored);
    else if (open !== undefined) this.#conclude(stored, stored.lastSeenMs, open.startsAtMs);
    else this.#unseen.set(row.fingerprint, stored);
  }

  /** Ends the comparison: what the database was not seen to have is to be written. */
  finish(nowMs: number): void {
    for (const episode of [...this.#ended.values(), ...this.#open.values()]) {
      if (!episode.isStored) this.#change(episode);
    }
    this.settle(nowMs);
  }

  /** Concludes what is open in the database and is gone, as soon as the clusters that held it were read. */
  settle(nowMs: number): void {
    if (this.#unseen.size === 0) return;
    const wereReadSince = this.readings.now();
    for (const episode of this.#unseen.values()) {
      if (!wereReadSince(episode.clusters, episode.lastSeenMs)) continue;
      this.#conclude(episode, episode.lastSeenMs, nowMs);
    }
  }

  /** Takes out so many that are to be written. */
  takeChanged(most: number): readonly TrackedEpisode[] {
    const taken = [...this.#changed].slice(0, most);
    for (const episode of taken) this.#changed.delete(episode);
    return taken;
  }

  /** Forgets those that ended before a time, which the database has. */
  forgetBefore(timeMs: number): void {
    for (const episode of this.#ended.values()) {
      if ((episode.resolvedAtMs ?? timeMs) >= timeMs) return;
      this.#forget(episode);
    }
  }

  /** How many were forgotten before they could be written, since this was last asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  #fires(alert: Alert, nowMs: number): void {
    const { fingerprint, startsAtMs } = alert;
    const open = this.#seenLast(fingerprint);
    const unseen = this.#unseen.get(fingerprint);
    const known = [open, unseen, this.#lastEnded.get(fingerprint)].find((episode) => episode?.isOf(startsAtMs));
    if (known !== undefined) {
      if (known.see(alert, nowMs)) this.#change(known);
      if (known === open) return;
      this.#forget(known);
      this.#open.set(fingerprint, known);
      return;
    }
    const endMs = Math.min(startsAtMs, nowMs);
    if (open !== undefined) this.#end(open, endMs, nowMs);
    if (unseen !== undefined) this.#conclude(unseen, unseen.lastSeenMs, endMs);
    const begun = TrackedEpisode.begun(alert, nowMs);
    this.#open.set(fingerprint, begun);
    this.#change(begun);
  }

  #isGone(fingerprint: string, nowMs: number): void {
    const episode = this.#seenLast(fingerprint);
    if (episode !== undefined) this.#end(episode, nowMs, nowMs);
  }

  /** The open one, which fired when its clusters were last read. */
  #seenLast(fingerprint: string): TrackedEpisode | undefined {
    const episode = this.#open.get(fingerprint);
    episode?.seen(this.readings.lastOf(episode.clusters));
    return episode;
  }

  /** Ends an open one at a time, unless nobody was looking. */
  #end(episode: TrackedEpisode, atMs: number, nowMs: number): void {
    if (nowMs - episode.lastSeenMs <= this.unwatchedMs) this.#conclude(episode, atMs, null);
    else this.#conclude(episode, episode.lastSeenMs, atMs);
  }

  #conclude(episode: TrackedEpisode, atMs: number, beforeMs: number | null): void {
    episode.end(atMs, beforeMs);
    this.#change(episode);
    this.#forget(episode);
    this.#remember(episode);
  }

  #change(episode: TrackedEpisode): void {
    if (!episode.isLeftOut) this.#changed.add(episode);
  }

  #remember(episode: TrackedEpisode): void {
    const { fingerprint } = episode;
    this.#ended.set(keyOf(episode), episode);
    const last = this.#lastEnded.get(fingerprint);
    if (last === undefined || last.startsAtMs <= episode.startsAtMs) this.#lastEnded.set(fingerprint, episode);
    const [oldest] = this.#ended.values();
    if (this.#ended.size <= mostEnded || oldest === undefined) return;
    if (this.#changed.delete(oldest) || !oldest.isStored) this.#lost++;
    this.#forget(oldest);
  }

  #forget(episode: TrackedEpisode): void {
    const { fingerprint } = episode;
    if (this.#ended.get(keyOf(episode)) === episode) this.#ended.delete(keyOf(episode));
    for (const map of [this.#open, this.#unseen, this.#lastEnded]) {
      if (map.get(fingerprint) === episode) map.delete(fingerprint);
    }
  }
}

function keyOf({ fingerprint, startsAtMs }: TrackedEpisode): string {
  return `${fingerprint} ${startsAtMs}`;
}
