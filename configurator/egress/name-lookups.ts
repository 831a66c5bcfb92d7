import { lookup } from "node:dns/promises";
import { type LookUp, LookUpTurns, type TurnLimits } from "./look-up-turns.js";

/** All addresses of a name, of both versions of IP, none when it has none. Rejects when nobody could tell. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/**
 * Asks as the programs on this machine do: its hosts file, search domains and name servers. What Prometheus would connect to
 * is what counts; Node's own resolver could be called off, but reads none of these, and would judge names by addresses that
 * nobody uses. So this one holds a thread for as long as it takes, and it is turns that bound how many.
 */
export const resolveName: Resolve = async (name) => {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    // It says the same of a name that is not there and of one that has no address. All else is: try again.
    if (error instanceof Error && "code" in error && error.code === "ENOTFOUND") return [];
    throw error;
  }
};

/** A name that is to be looked up for somebody. */
export interface Question {
  readonly owner: string;
  readonly name: string;
  /** Whether nobody answered the last time. */
  readonly isRetry: boolean;
}

/** The addresses of a name, none when it has none; undefined when nobody could tell, or not in time. */
export type Answer = readonly string[] | undefined;

/** One name that somebody waits for. */
interface Asked {
  readonly settled: Promise<void>;
  readonly settle: () => void;
  isWanted: boolean;
}

/** Looks names up, so many at once and no more, the owners taking turns. */
export class NameLookups {
  readonly #turns: LookUpTurns;
  /** By name, and by who asks: whoever's turn comes first asks for all. */
  readonly #asked = new Map<string, Map<string, Asked>>();

  /** After the signal nothing is looked up or told any more. */
  constructor(
    private readonly resolve: Resolve,
    limits: TurnLimits,
    private readonly signal: AbortSignal,
    now = () => performance.now(),
  ) {
    this.#turns = new LookUpTurns(limits, now);
    signal.addEventListener("abort", () => {
      for (const byOwner of this.#asked.values()) settleAll(byOwner);
    });
  }

  /**
   * Looks up these names and tells of each. Resolves as soon as there is nothing more to wait for: what nobody answers in time,
   * or has to wait because of such names, is told whenever it is known. An answer that comes late is told too, after the
   * undefined that was told when it was due.
   */
  async ask(questions: Iterable<Question>, tell: (name: string, answer: Answer) => void): Promise<void> {
    if (this.signal.aborted) return;
    await Promise.all([...questions].map((question) => this.#askedFor(question, tell).settled));
  }

  #askedFor(question: Question, tell: (name: string, answer: Answer) => void): Asked {
    const { owner, name } = question;
    const byOwner = this.#asked.get(name) ?? new Map<string, Asked>();
    // Once it is being looked up nobody else has to.
    const known = byOwner.get(owner) ?? [...byOwner.values()].find(({ isWanted }) => !isWanted);
    if (known !== undefined) return known;
    let settle = () => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const asked = { settled, settle, isWanted: true };
    this.#asked.set(name, byOwner.set(owner, asked));
    this.#turns.add(this.#lookUp(question, asked, tell));
    return asked;
  }

  #lookUp({ owner, name, isRetry }: Question, asked: Asked, tell: (name: string, answer: Answer) => void): LookUp {
    let isLate = false;
    const told = (answer: Answer) => {
      if (!this.signal.aborted) tell(name, answer);
      settleAll(this.#asked.get(name));
    };
    return {
      owner,
      isRetry,
      isWanted: () => asked.isWanted && !this.signal.aborted,
      onPostponed: asked.settle,
      onLate: () => {
        isLate = true;
        told(undefined);
      },
      run: async () => {
        for (const each of this.#asked.get(name)?.values() ?? []) each.isWanted = false;
        const answer = await this.resolve(name).catch(() => undefined);
        if (answer !== undefined || !isLate) told(answer);
        this.#asked.delete(name);
      },
    };
  }
}

function settleAll(byOwner: ReadonlyMap<string, Asked> | undefined): void {
  for (const { settle } of byOwner?.values() ?? []) settle();
}
