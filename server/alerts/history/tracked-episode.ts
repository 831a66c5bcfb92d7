import { labelValue } from "../../core/matcher.js";
import type { Alert } from "../alert.js";
import { AlertEpisode } from "./alert-episode.js";
import { type AlertStateChange, leadsToSame, stateNow, suppressedMs } from "./alert-state-change.js";
import { cutTexts, longestColumn } from "./cut-texts.js";

/** What an episode tells of its alert. */
type Subject = Pick<AlertEpisode, "name" | "severity" | "labels" | "annotations" | "clusters">;

const mostChanges = 50;

/** One firing of one alert as this server follows it: what its row says now, or is to say soon. */
export class TrackedEpisode {
  #subject: Subject;
  #changes: readonly AlertStateChange[] = [];
  /** Kept quiet during changes that are no longer among them. */
  #earlierSuppressedMs = 0;
  #resolvedAtMs: number | null = null;
  #resolvedBeforeMs: number | null = null;
  #lastSeenMs: number;
  /** Its row, once the database has one. */
  #stored: Pick<AlertEpisode, "id" | "projectId"> | null = null;
  /** Whether its project had too many to have it recorded. */
  isLeftOut = false;

  private constructor(
    readonly fingerprint: string,
    readonly startsAtMs: number,
    readonly firstSeenMs: number,
    subject: Subject,
  ) {
    this.#subject = subject;
    this.#lastSeenMs = firstSeenMs;
  }

  /** One that was seen to fire for the first time. */
  static begun(alert: Alert, nowMs: number): TrackedEpisode {
    const episode = new TrackedEpisode(alert.fingerprint, alert.startsAtMs, nowMs, alert);
    episode.see(alert, nowMs);
    return episode;
  }

  /** One that the database has; `lastSeenMs` is when it was last known to fire, if it has not resolved. */
  static stored(row: AlertEpisode, lastSeenMs: number): TrackedEpisode {
    const { fingerprint, startsAt, firstSeenAt, resolvedAt, resolvedBefore, stateChanges } = row;
    const episode = new TrackedEpisode(fingerprint, startsAt.getTime(), firstSeenAt.getTime(), row);
    episode.#changes = stateChanges;
    episode.#resolvedAtMs = resolvedAt?.getTime() ?? null;
    episode.#resolvedBeforeMs = resolvedBefore?.getTime() ?? null;
    const listed = suppressedMs(stateChanges, episode.#accountedMs);
    episode.#earlierSuppressedMs = Math.max(0, row.suppressedSecondsKnown * 1_000 - listed);
    episode.#lastSeenMs = resolvedAt?.getTime() ?? Math.max(lastSeenMs, firstSeenAt.getTime());
    episode.#stored = row;
    return episode;
  }

  get clusters(): readonly string[] {
    return this.#subject.clusters;
  }

  get projectName(): string {
    return labelValue(this.#subject.labels, "project");
  }

  /** When it was last known to fire. */
  get lastSeenMs(): number {
    return this.#lastSeenMs;
  }

  /** Null while it fires. */
  get resolvedAtMs(): number | null {
    return this.#resolvedAtMs;
  }

  /** When it was seen to be over; null while it fires. */
  get endSeenMs(): number | null {
    return this.#resolvedBeforeMs ?? this.#resolvedAtMs;
  }

  get isStored(): boolean {
    return this.#stored !== null;
  }

  /** Whether an alert that fires since then is this very firing: one that began while this one was firing. */
  isOf(startsAtMs: number): boolean {
    return startsAtMs === this.startsAtMs || startsAtMs <= this.#lastSeenMs;
  }

  /** Notes that it was certainly firing then. */
  seen(atMs: number): void {
    this.#lastSeenMs = Math.max(this.#lastSeenMs, atMs);
  }

  /** Takes in how it is now, also when it had seemed to be over; answers whether that is to be written. */
  see(alert: Alert, nowMs: number): boolean {
    const moved = !sameTexts(this.clusters, alert.clusters);
    const returned = this.#resolvedAtMs !== null;
    this.#subject = alert;
    this.#resolvedAtMs = null;
    this.#resolvedBeforeMs = null;
    // Also when that is earlier: then a clock was ahead, and what begins in that time is another firing.
    this.#lastSeenMs = nowMs;
    const change = stateNow(alert, nowMs);
    // Annotations move with each evaluation where they tell a value: they are written along with the rest.
    return (change !== null && this.#note(change)) || moved || returned;
  }

  /** Notes that it is over: since `atMs`, or, where nobody was looking, since a time between that and `beforeMs`. */
  end(atMs: number, beforeMs: number | null = null): void {
    this.#resolvedAtMs = Math.max(atMs, this.startsAtMs);
    this.#resolvedBeforeMs = beforeMs;
  }

  /** Takes in what another server, or this one, saw of the same firing; answers whether that is to be written. */
  follow(other: TrackedEpisode): boolean {
    if (this.#resolvedAtMs !== null && other.#resolvedAtMs !== null) return false;
    const last = this.#changes.at(-1)?.at ?? "";
    // ISO-8601 of one length: text is ordered as time is. The clocks of two servers may differ, and what is last still holds.
    const missed = other.#changes.flatMap((change, index, { length }) => {
      if (change.at > last) return [change];
      return index === length - 1 ? [{ ...change, at: last }] : [];
    });
    const noted = missed.map((change) => this.#note(change));
    const differs = this.#resolvedAtMs !== other.#resolvedAtMs || !sameTexts(this.clusters, other.clusters);
    this.#subject = other.#subject;
    this.#resolvedAtMs = other.#resolvedAtMs;
    this.#resolvedBeforeMs = other.#resolvedBeforeMs;
    this.#lastSeenMs = other.#lastSeenMs;
    return noted.includes(true) || differs;
  }

  /** Forgets whether the database has it: another server may have written since. */
  unstore(): void {
    this.#stored = null;
  }

  /** Notes that the database has it now. */
  store(row: AlertEpisode): void {
    this.#stored = row;
  }

  /** Its row; `fresh` is for one that the database does not have yet. */
  row(fresh: () => Pick<AlertEpisode, "id" | "projectId">): AlertEpisode {
    const { id, projectId } = this.#stored ?? fresh();
    const { name, severity, labels, annotations, clusters } = this.#subject;
    const suppressed = this.#earlierSuppressedMs + suppressedMs(this.#changes, this.#accountedMs);
    return Object.assign(new AlertEpisode(), {
      id,
      projectId,
      fingerprint: this.fingerprint,
      name: name.slice(0, longestColumn),
      severity: severity?.slice(0, longestColumn) ?? null,
      labels: cutTexts(labels),
      annotations: cutTexts(annotations),
      clusters,
      startsAt: new Date(this.startsAtMs),
      firstSeenAt: new Date(this.firstSeenMs),
      resolvedAt: dateOrNull(this.#resolvedAtMs),
      resolvedBefore: dateOrNull(this.#resolvedBeforeMs),
      suppressedSecondsKnown: Math.round(suppressed / 1_000),
      stateChanges: this.#changes,
    });
  }

  /** Up to when the time in which it was kept quiet is added up. */
  get #accountedMs(): number {
    return this.#resolvedAtMs ?? Date.parse(this.#changes.at(-1)?.at ?? "");
  }

  #note(change: AlertStateChange): boolean {
    const last = this.#changes.at(-1);
    if (last !== undefined && leadsToSame(last, change)) return false;
    const changes = [...this.#changes, change];
    const cut = Math.max(0, changes.length - mostChanges);
    this.#changes = changes.slice(cut);
    if (cut > 0) this.#earlierSuppressedMs += suppressedMs(changes.slice(0, cut), Date.parse(changes[cut]?.at ?? ""));
    return true;
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
