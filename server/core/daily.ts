const hourMs = 3_600_000;

/** What a daily task takes from the world. */
export interface DailyOptions {
  /** 0 to 1; so that servers that start together do not work together. */
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
}

/** Runs a task once a day, for the first time within an hour of the start. */
export class Daily {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #stopped = new AbortController();

  constructor(
    private readonly task: (stopped: AbortSignal) => Promise<unknown>,
    private readonly options: DailyOptions,
  ) {}

  start(): void {
    this.#after(this.options.random() * hourMs);
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
      this.options.onError(error);
    }
    if (!this.#stopped.signal.aborted) this.#after((23 + 2 * this.options.random()) * hourMs);
  }
}
