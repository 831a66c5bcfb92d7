/** The parts of a cycle that are timed apart; `fetch` includes waiting for the server, but not rendering and looking names up. */
export type Phase = "fetch" | "names" | "render" | "write" | "check" | "reload";

/** How long each phase of one cycle took, in milliseconds; phases nested in another count for themselves alone. */
export class PhaseTimes {
  readonly #spent = new Map<Phase, number>();
  readonly #open: { readonly phase: Phase; inner: number }[] = [];

  /** What was measured since the last call. */
  take(): Readonly<Partial<Record<Phase, number>>> {
    const spent = Object.fromEntries([...this.#spent].map(([phase, ms]) => [phase, Math.round(ms * 10) / 10]));
    this.#spent.clear();
    return spent;
  }

  async measure<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const stop = this.#start(phase);
    try {
      return await work();
    } finally {
      stop();
    }
  }

  measureSync<T>(phase: Phase, work: () => T): T {
    const stop = this.#start(phase);
    try {
      return work();
    } finally {
      stop();
    }
  }

  #start(phase: Phase): () => void {
    const own = { phase, inner: 0 };
    const parent = this.#open.at(-1);
    this.#open.push(own);
    const startedAt = performance.now();
    return () => {
      const total = performance.now() - startedAt;
      this.#open.splice(this.#open.indexOf(own), 1);
      if (parent !== undefined) parent.inner += total;
      this.#spent.set(phase, (this.#spent.get(phase) ?? 0) + total - own.inner);
    };
  }
}
