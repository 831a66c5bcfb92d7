import { lookup } from "node:dns/promises";
import { RecentMap } from "../core/recent-map.js";
import { LookUpTurns } from "./look-up-turns.js";

/** All addresses of a name, of both versions of IP, none when it has none. Rejects when nobody could tell. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Asks as every program on this machine does: its hosts file, search domains and name servers. */
export const resolveName: Resolve = async (name) => {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    // It says the same of a name that is not there and of one that has no address. All else is: try again.
    if (error instanceof Error && "code" in error && error.code === "ENOTFOUND") return [];
    throw error;
  }
};

const turnLimits = {
  // The fourth of Node's threads is left to whoever else needs a name.
  atOnce: 3,
  ofOneOwner: 2,
  patienceMs: 2_000,
  slowMs: 300_000,
};
/** How long answers are kept that came too late, and those that came in time where others did not. */
const keptMs = 30_000;
const mostKept = 10_000;

/** Looks names up for requests, a few at a time, the projects that they are for taking turns. */
export class HostLookups {
  readonly #turns: LookUpTurns;
  readonly #kept = new RecentMap<readonly string[]>(mostKept);

  /** `budgetMs` is how long one request waits for names, in all. */
  constructor(
    private readonly resolve: Resolve,
    private readonly budgetMs = 2_000,
    private readonly now = () => performance.now(),
  ) {
    this.#turns = new LookUpTurns(turnLimits, now);
  }

  /** The look-ups of one request. */
  ofOneRequest(): RequestLookups {
    return new RequestLookups(this, this.budgetMs);
  }

  /** The addresses of a name; undefined when nobody could tell, or the signal was aborted before its turn came. */
  async addressesOf(name: string, project: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const kept = this.#kept.get(name, this.now());
    return kept ?? this.#turns.take(project, signal, () => this.resolve(name));
  }

  /** Keeps an answer for a short while: who tries again must not have to wait for the same names again. */
  keep(name: string, addresses: readonly string[]): void {
    this.#kept.set(name, addresses, this.now() + keptMs);
  }
}

/** The names that one request has asked for: each once, and all of them within one span of time. */
export class RequestLookups {
  readonly #found = new Map<string, readonly string[]>();
  #leftMs: number;

  constructor(
    private readonly lookups: HostLookups,
    budgetMs: number,
  ) {
    this.#leftMs = budgetMs;
  }

  /**
   * The addresses of these names, for a project, and of names asked for before: none for a name that has none. A name that
   * nobody could tell of in time is not there, for it may well have some.
   */
  async addressesOf(names: readonly string[], project: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const missing = new Set(names.filter((name) => !this.#found.has(name)));
    if (missing.size > 0 && this.#leftMs > 0) await this.#lookUp([...missing], project);
    return new Map(this.#found);
  }

  async #lookUp(names: readonly string[], project: string): Promise<void> {
    const startedAt = performance.now();
    const deadline = AbortSignal.timeout(Math.ceil(this.#leftMs));
    const timedOut = new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve()));
    const answers = names.map(async (name) => {
      const addresses = await this.lookups.addressesOf(name, project, deadline);
      if (addresses === undefined) return;
      if (deadline.aborted) this.lookups.keep(name, addresses);
      else this.#found.set(name, addresses);
    });
    await Promise.race([Promise.all(answers), timedOut]);
    if (deadline.aborted) for (const [name, addresses] of this.#found) this.lookups.keep(name, addresses);
    this.#leftMs -= performance.now() - startedAt;
  }
}
