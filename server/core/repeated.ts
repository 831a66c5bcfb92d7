/** When a repeated task runs, and who hears of its errors. */
export interface Rhythm {
  /** From the start to the first run. */
  readonly firstMs: () => number;
  /** From the end of one run to the next. */
  readonly nextMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** Runs a task again and again, never twice at a time. */
export class Repeated {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #stopped = new AbortController();

  constructor(
    private readonly task: (stopped: AbortSignal) => Promise<unknown>,
    private readonly rhythm: Rhythm,
  ) {}

  start(): void {
    this.#after(this.rhythm.firstMs());
  }

  /** Begins it no more, and resolves when one that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #after(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, delayMs);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    try {
      await this.task(this.#stopped.signal);
    } catch (error) {
      this.rhythm.onError(error);
    }
    if (!this.#stopped.signal.aborted) this.#after(this.rhythm.nextMs());
  }
}
