/** For so long, in milliseconds, nobody else need get a turn. */
const longestMs = 10;

/** Divides work of which much may be due at once, so that the process answers others in between. */
export class Breaks {
  #turnBeganAtMs = Number.NEGATIVE_INFINITY;
  #next: Promise<void> | null = null;

  /** Resolves when the next piece of the work may begin. */
  async take(): Promise<void> {
    while (performance.now() - this.#turnBeganAtMs > longestMs) await this.#nextTurn();
  }

  #nextTurn(): Promise<void> {
    this.#next ??= new Promise((resolve) =>
      setImmediate(() => {
        this.#next = null;
        this.#turnBeganAtMs = performance.now();
        resolve();
      }),
    );
    return this.#next;
  }
}
