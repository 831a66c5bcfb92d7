/**
 * Tells what has been so for a while from what was only seen once: a reading may be older than what was written since, and
 * a write may be under way.
 */
export class Steadily {
  #since = new Map<string, number>();
  #seen = new Map<string, number>();

  /** @param whileMs from the first reading that shows it to the one that is believed */
  constructor(private readonly whileMs: number) {}

  /** Whether each reading has shown it for so long; to be asked once for each reading, which is of this time. */
  holds(what: string, readAtMs: number): boolean {
    const sinceMs = this.#since.get(what) ?? readAtMs;
    this.#seen.set(what, sinceMs);
    return readAtMs - sinceMs >= this.whileMs;
  }

  /** Forgets what was not asked for since the last time. */
  next(): void {
    this.#since = this.#seen;
    this.#seen = new Map();
  }
}
