/** What was found out lately, by key: each for its time, and only so much that it cannot fill the memory. */
export class RecentMap<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly untilMs: number }>();

  /** @param most entries; beyond, the one that was written first goes */
  constructor(private readonly most: number) {}

  /** What is known of the key at `nowMs`; undefined when nothing is, or not any more. */
  get(key: string, nowMs: number): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || nowMs < entry.untilMs) return entry?.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: V, untilMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, untilMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.most && oldest !== undefined) this.#entries.delete(oldest);
  }
}
