/** Counts what each of many does within a minute of the clock, and forgets it all with the minute. */
export class PerMinute {
  readonly #counts = new Map<string, number>();
  #minute = 0;

  constructor(private readonly now: () => Date) {}

  /** How often this minute `key` did it, with this time, or with these `times`. */
  count(key: string, times = 1): number {
    const minute = Math.floor(this.now().getTime() / 60_000);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(key) ?? 0) + times;
    this.#counts.set(key, count);
    return count;
  }
}
