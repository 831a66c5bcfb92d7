import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A value that holds for some work, and for all that it calls and awaits. While any is under way Node.js 20 follows every
 * promise of the process, which makes answering take half as long again; so it stops once none is.
 */
export class WorkScope<T> {
  readonly #storage = new AsyncLocalStorage<T>();
  #underWay = 0;

  /** What holds here; undefined outside of all such work. */
  get current(): T | undefined {
    return this.#storage.getStore();
  }

  async run<R>(value: T, work: () => Promise<R>): Promise<R> {
    this.#underWay++;
    try {
      return await this.#storage.run(value, work);
    } finally {
      if (--this.#underWay === 0) this.#storage.disable();
    }
  }
}
