/**
 * Runs a piece of work for many callers such that each gets the result of a run that began after its call: at most one is
 * under way and one waits, which all who call meanwhile share.
 */
export class TrailingRun<T> {
  #running: Promise<unknown> = Promise.resolve();
  #waiting: Promise<T> | null = null;

  constructor(private readonly work: () => Promise<T>) {}

  run(): Promise<T> {
    this.#waiting ??= this.#running.then(() => {
      this.#waiting = null;
      const result = this.work();
      this.#running = result.catch(() => undefined);
      return result;
    });
    return this.#waiting;
  }
}
