import { lookup } from "node:dns/promises";

/** All addresses of a name, of both versions of IP. Rejects, or answers none, when it has none or nobody knows. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Asks as the programs on this machine do: its hosts file, search domains and name servers. */
export const resolveName: Resolve = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);

/** Looks names up, so many at once and no more: a look-up cannot be called off, and holds a thread while it lasts. */
export class NameLookups {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(
    private readonly resolve: Resolve,
    private readonly atOnce: number,
  ) {
    this.#free = atOnce;
  }

  /**
   * Tells the addresses of each name, undefined for one that has none. Of each lane one name is looked up at a time, the
   * lanes taking turns: so whoever has many names that nobody answers for holds up the others little. Returns when the
   * signal is aborted, if that is earlier; after that nothing is told.
   */
  async tell(
    lanes: Iterable<readonly string[]>,
    signal: AbortSignal,
    found: (name: string, addresses: readonly string[] | undefined) => void,
  ): Promise<void> {
    const queues = [...lanes].map((names) => [...names]);
    const work = async () => {
      for (let queue = queues.shift(); queue !== undefined && !signal.aborted; queue = queues.shift()) {
        const name = queue.shift();
        if (name === undefined) continue;
        const addresses = await this.#inTurn(name, signal);
        if (!signal.aborted) found(name, addresses?.length ? addresses : undefined);
        queues.push(queue);
      }
    };
    let abort = () => {};
    const aborted = new Promise<void>((resolve) => {
      abort = resolve;
    });
    signal.addEventListener("abort", abort);
    try {
      await Promise.race([
        Promise.all(Array.from({ length: this.atOnce }, work)),
        ...(signal.aborted ? [] : [aborted]),
      ]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #inTurn(name: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return signal.aborted ? undefined : await this.resolve(name);
    } catch {
      return undefined;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
