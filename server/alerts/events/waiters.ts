/** Those who wait for something to happen. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves when they are woken, after so long, or with the signal. */
  wait(mostMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, mostMs);
      signal.addEventListener("abort", done);
      this.#waiting.add(done);
    });
  }

  wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
