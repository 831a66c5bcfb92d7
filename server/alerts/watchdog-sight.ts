import type { Watchdog } from "./watchdog.js";

// Between two reads of a cluster less than this may pass: longer, and nobody can say what it held meanwhile.
const longestPauseMs = 60_000;

/** What the reads of one cluster have shown of one watchdog. Times are milliseconds since 1970. */
export class WatchdogSight {
  #readAtMs: number | null = null;
  #lastSeenAtMs: number | null = null;
  /** When it is absent unless it is heard of. */
  #dueAtMs = 0;
  #absentSinceMs: number | null = null;

  constructor(private readonly absentAfterMs: number) {}

  /**
   * Takes in a read of the cluster, and when the cluster had then last heard of the watchdog; null when it did not hold it.
   * The time for which the cluster could not be read is not held against the watchdog, so that after an outage it has time
   * to come back.
   */
  see(readAtMs: number, heardAtMs: number | null): void {
    const before = this.#readAtMs;
    this.#readAtMs = readAtMs;
    if (before === null) this.#dueAtMs = readAtMs + this.absentAfterMs;
    else if (readAtMs - before > longestPauseMs) this.#dueAtMs += readAtMs - before;
    if (heardAtMs !== null) this.#hear(Math.min(heardAtMs, readAtMs));
    if (readAtMs < this.#dueAtMs) this.#absentSinceMs = null;
    else this.#absentSinceMs ??= this.#dueAtMs;
  }

  #hear(atMs: number): void {
    if (this.#lastSeenAtMs === null) this.#dueAtMs = atMs + this.absentAfterMs;
    this.#lastSeenAtMs = Math.max(atMs, this.#lastSeenAtMs ?? 0);
    this.#dueAtMs = Math.max(this.#dueAtMs, this.#lastSeenAtMs + this.absentAfterMs);
  }

  /** What is known of it now. */
  reading(isReachable: boolean): Pick<Watchdog, "state" | "lastSeenAt" | "absentSince"> {
    const isAbsent = isReachable && this.#absentSinceMs !== null;
    const isOk = isReachable && this.#lastSeenAtMs !== null;
    return {
      state: isAbsent ? "ABSENT" : isOk ? "OK" : "UNKNOWN",
      lastSeenAt: dateOf(this.#lastSeenAtMs),
      absentSince: isAbsent ? dateOf(this.#absentSinceMs) : null,
    };
  }
}

function dateOf(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
