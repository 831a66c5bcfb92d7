import type { NameLookups } from "./name-lookups.js";
import type { Policy } from "./policy.js";

interface Known {
  readonly refused: boolean;
  /** What it resolved to last; undefined when that was before this process. */
  readonly addresses?: readonly string[] | undefined;
  /** When it was looked up last, in milliseconds since 1970. */
  readonly checkedAt: number;
}

/** What is known of the names that projects use: whether their addresses may be reached. */
export class KnownNames {
  readonly #known = new Map<string, Known>();

  /** `freshMs` is how long a look-up is good for. */
  constructor(
    private readonly lookups: NameLookups,
    private readonly freshMs: number,
    private readonly now: () => Date,
  ) {}

  /** Takes over what was found out before this process. */
  remember(name: string, refused: boolean): void {
    this.#known.set(name, { refused, checkedAt: Number.NEGATIVE_INFINITY });
  }

  /** Whether the name's addresses may not be reached; of one that never had any, the policy decides. */
  isRefused(name: string, policy: Policy): boolean {
    return this.#known.get(name)?.refused ?? !policy.source.unresolvedAllowed;
  }

  /**
   * Looks up those names of each project that were not looked up a short while ago. One that does not resolve stays as it
   * was: it cannot be reached either, and the next answer tells.
   */
  async check(projects: Iterable<Iterable<string>>, policy: Policy, signal: AbortSignal): Promise<void> {
    const staleBefore = this.now().getTime() - this.freshMs;
    const seen = new Set<string>();
    const lanes: string[][] = [];
    for (const names of projects) {
      const lane = [...names].filter((name) => {
        const isDue = !seen.has(name) && (this.#known.get(name)?.checkedAt ?? Number.NEGATIVE_INFINITY) <= staleBefore;
        seen.add(name);
        return isDue;
      });
      if (lane.length > 0) lanes.push(lane);
    }
    await this.lookups.tell(lanes, signal, (name, found) => {
      const addresses = found ?? this.#known.get(name)?.addresses;
      const refused = found === undefined ? this.isRefused(name, policy) : !policy.allowsAll(found);
      this.#known.set(name, { refused, addresses, checkedAt: this.now().getTime() });
    });
  }

  /** Judges all addresses by another policy. */
  judgeAnew(policy: Policy): void {
    for (const [name, known] of this.#known) {
      const { addresses } = known;
      if (addresses !== undefined) this.#known.set(name, { ...known, refused: !policy.allowsAll(addresses) });
    }
  }

  /** Forgets all other names. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
  }
}
