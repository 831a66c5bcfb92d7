import type { AuditRepository, Revisions } from "./audit-repository.js";

/** How often a server looks for changes that another server made. */
const pollMs = 1_000;

/**
 * Tells listeners about each new revision: at once for changes made through this server, within a second for those made
 * through another one on the same database. Polls only while somebody listens.
 */
export class RevisionFeed {
  readonly #listeners = new Set<(revision: number) => void>();
  #newest = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly repository: AuditRepository,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** To be told of a change that this server made. */
  publish(revision: number): void {
    if (revision <= this.#newest) return;
    this.#newest = revision;
    for (const listener of this.#listeners) listener(revision);
  }

  /** The newest revisions as they are in the database. */
  newest(): Promise<Revisions> {
    return this.repository.revisions();
  }

  /** Yields the newest revision, and then each newer one; several that come while the reader is busy become the last. */
  async *revisions(signal: AbortSignal): AsyncGenerator<number> {
    const { value } = await this.repository.revisions();
    this.publish(value);
    let pending: number | null = this.#newest;
    let wake = () => {};
    const listener = (revision: number) => {
      pending = revision;
      wake();
    };
    const stop = () => wake();
    signal.addEventListener("abort", stop);
    this.#listeners.add(listener);
    this.#poll();
    try {
      while (!signal.aborted) {
        if (pending === null) await new Promise<void>((resolve) => (wake = resolve));
        if (pending === null) continue;
        const revision = pending;
        pending = null;
        yield revision;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.#listeners.delete(listener);
    }
  }

  #poll(): void {
    if (this.#timer !== null || this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => {
      this.repository
        .revisions()
        .then(({ value }) => this.publish(value), this.onError)
        .finally(() => {
          this.#timer = null;
          this.#poll();
        });
    }, pollMs);
    this.#timer.unref();
  }
}
