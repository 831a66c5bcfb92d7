import type { EgressState } from "../disk/egress-file.js";
import type { Answer, NameLookups, Question } from "./name-lookups.js";
import type { Policy } from "./policy.js";

/** What is known of a name: whether its addresses may be reached, that it never had any, or nothing yet. */
export type NameState = "ALLOWED" | "REFUSED" | "UNRESOLVED" | "UNKNOWN";

/** What is known of names whoever may use them. */
export type RememberedNames = Pick<EgressState, "addresses" | "silent">;

interface Known {
  /** What it resolved to last, none when it never did; undefined while nobody has told. */
  readonly addresses?: readonly string[] | undefined;
  readonly state: NameState;
  /** When it was looked up last, in milliseconds since 1970. */
  readonly checkedAt: number;
  /** How often in a row nobody has told. */
  readonly misses: number;
}

const never: Known = { state: "UNKNOWN", checkedAt: Number.NEGATIVE_INFINITY, misses: 0 };
/** A name that nobody tells of is asked for ever more rarely, down to once in so many times. */
const rarest = 16;

interface DueQuestion extends Question {
  readonly checkedAt: number;
}

/** What is known of the names that projects use. */
export class KnownNames {
  readonly #known = new Map<string, Known>();
  #policy: Policy | undefined;

  /** `freshMs` is how long a look-up is good for; `moved` is told of names that lead elsewhere than before. */
  constructor(
    private readonly lookups: NameLookups,
    private readonly freshMs: number,
    private readonly now: () => Date,
    private readonly moved: (name: string, isOtherState: boolean) => void,
  ) {}

  /** Takes over what was found out before this process. */
  remember({ addresses, silent }: RememberedNames): void {
    for (const [name, each] of Object.entries(addresses)) {
      this.#known.set(name, { ...never, addresses: each, state: this.#judge(each) });
    }
    for (const name of silent) this.#known.set(name, { ...(this.#known.get(name) ?? never), misses: 1 });
  }

  /** What the next process is to know. */
  get remembered(): RememberedNames {
    const names = [...this.#known].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return {
      addresses: Object.fromEntries(names.flatMap(([name, { addresses }]) => (addresses ? [[name, addresses]] : []))),
      silent: names.flatMap(([name, { misses }]) => (misses > 0 ? [name] : [])),
    };
  }

  stateOf(name: string): NameState {
    return (this.#known.get(name) ?? never).state;
  }

  /** What it resolved to last; undefined while nobody has told. */
  addressesOf(name: string): readonly string[] | undefined {
    return this.#known.get(name)?.addresses;
  }

  /** Judges all addresses by another policy. */
  judgeBy(policy: Policy): void {
    this.#policy = policy;
    for (const [name, known] of this.#known) {
      const { addresses } = known;
      if (addresses !== undefined) this.#known.set(name, { ...known, state: this.#judge(addresses) });
    }
  }

  /**
   * Looks up those names of each owner that are due, the oldest first and retries last. Resolves when there is nothing to wait for; what is
   * found later counts as well.
   */
  async check(owners: Iterable<readonly [owner: string, names: Iterable<string>]>): Promise<void> {
    const now = this.now().getTime();
    const questions: DueQuestion[] = [];
    for (const [owner, names] of owners) {
      for (const name of names) {
        const { checkedAt, misses } = this.#known.get(name) ?? never;
        const interval = this.freshMs * Math.min(rarest, 2 ** Math.max(0, misses - 1));
        if (checkedAt + interval <= now) questions.push({ owner, name, isRetry: misses > 0, checkedAt });
      }
    }
    await this.lookups.ask(questions.toSorted(inOrder), (name, answer) => this.#found(name, answer));
  }

  /** Forgets all other names. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
  }

  #found(name: string, answer: Answer): void {
    const before = this.#known.get(name) ?? never;
    const checkedAt = this.now().getTime();
    if (answer === undefined) {
      this.#known.set(name, { ...before, checkedAt, misses: before.misses + 1 });
      return;
    }
    // One that has lost its addresses stays as it was: it cannot be reached either, and the next answer tells.
    const addresses = answer.length === 0 ? (before.addresses ?? []) : answer.toSorted();
    const state = this.#judge(addresses);
    this.#known.set(name, { addresses, state, checkedAt, misses: 0 });
    if (addresses.join() !== before.addresses?.join()) this.moved(name, state !== before.state);
  }

  #judge(addresses: readonly string[]): NameState {
    if (addresses.length === 0) return "UNRESOLVED";
    return this.#policy?.allowsAll(addresses) === true ? "ALLOWED" : "REFUSED";
  }
}

function inOrder(a: DueQuestion, b: DueQuestion): number {
  if (a.isRetry !== b.isRetry) return a.isRetry ? 1 : -1;
  return a.checkedAt === b.checkedAt ? 0 : a.checkedAt - b.checkedAt;
}
