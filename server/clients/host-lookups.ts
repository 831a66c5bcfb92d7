import { lookup } from "node:dns/promises";

/** All addresses of a name, of both versions of IP. Rejects, or answers none, when it has none or nobody knows. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Asks as every program on this machine does: its hosts file, search domains and name servers. */
export const resolveName: Resolve = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);

/**
 * How many names are looked up at once, over all requests. A look-up cannot be called off and holds one of Node's four
 * threads for seconds when its name server says nothing; the fourth is left to whoever else needs a name.
 */
const mostAtOnce = 3;
/** How many of these one request may take, so that others come next. */
const mostOfOneRequest = 2;

/** Looks names up for requests, a few at a time. */
export class HostLookups {
  readonly #waiting: (() => void)[] = [];
  #free = mostAtOnce;

  /** `budgetMs` is how long one request waits for names, in all. */
  constructor(
    private readonly resolve: Resolve,
    private readonly budgetMs = 2_000,
  ) {}

  /** The look-ups of one request. */
  ofOneRequest(): RequestLookups {
    return new RequestLookups((name) => this.#inTurn(name), this.budgetMs);
  }

  async #inTurn(name: string): Promise<readonly string[]> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.resolve(name);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** The names that one request has asked for: each once, and all of them within one span of time. */
export class RequestLookups {
  readonly #found = new Map<string, readonly string[]>();
  #leftMs: number;

  constructor(
    private readonly resolve: Resolve,
    budgetMs: number,
  ) {
    this.#leftMs = budgetMs;
  }

  /** The addresses of those names that have any and were answered in time, and of names asked for before. */
  async addressesOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const missing = new Set(names.filter((name) => !this.#found.has(name)));
    if (missing.size > 0 && this.#leftMs > 0) await this.#lookUp([...missing]);
    return new Map([...this.#found].filter(([, addresses]) => addresses.length > 0));
  }

  async #lookUp(names: string[]): Promise<void> {
    const startedAt = performance.now();
    const deadline = AbortSignal.timeout(Math.ceil(this.#leftMs));
    const timedOut = new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve()));
    const work = async () => {
      for (let name = names.shift(); name !== undefined && !deadline.aborted; name = names.shift()) {
        const addresses = await this.resolve(name).catch(() => []);
        if (!deadline.aborted) this.#found.set(name, addresses);
      }
    };
    await Promise.race([Promise.all(Array.from({ length: mostOfOneRequest }, work)), timedOut]);
    this.#leftMs -= performance.now() - startedAt;
  }
}
