/** How look-ups share what there is. */
export interface TurnLimits {
  /** How many run at once. */
  readonly atOnce: number;
  /** From when on a look-up counts as one that nobody answers. */
  readonly patienceMs: number;
  /** For how long its owner then has slow turns only. */
  readonly slowMs: number;
}

/** One look-up that waits for its turn. */
export interface LookUp {
  readonly owner: string;
  /** Whether nobody answered the last time. */
  readonly isRetry: boolean;
  /** Asked when its turn comes: else it is left out. */
  readonly isWanted: () => boolean;
  /** Does it; never throws. */
  readonly run: () => Promise<void>;
  /** Told when it has taken too long, which it still does. */
  readonly onLate: () => void;
  /** Told when it has to wait for a slow turn: nobody is to wait for that. */
  readonly onPostponed: () => void;
}

/**
 * Gives look-ups their turns: one owner after the other, and one look-up of each at a time. One cannot be called off and
 * holds one of Node's few threads until it ends, which takes long when a name server says nothing. Whoever had such a
 * look-up therefore gets slow turns only, of which there is one at a time for all like that: so dead names hold one thread,
 * and each owner's first one more, once. Of slow turns the retries come last, so that they do not keep anybody from being
 * looked at: not even their own owner, who may want that.
 */
export class LookUpTurns {
  readonly #fast = new Lanes();
  readonly #slow = new Lanes();
  readonly #retries = new Lanes();
  readonly #slowUntil = new Map<string, number>();
  readonly #running = new Set<string>();
  #free: number;
  /** How many threads slow turns hold, and look-ups that nobody has answered for too long. */
  #held = 0;

  constructor(
    private readonly limits: TurnLimits,
    private readonly now: () => number,
  ) {
    this.#free = limits.atOnce;
  }

  add(lookUp: LookUp): void {
    const isSlow = lookUp.isRetry || this.#isSlow(lookUp.owner);
    (lookUp.isRetry ? this.#retries : isSlow ? this.#slow : this.#fast).add(lookUp);
    if (isSlow) lookUp.onPostponed();
    this.#start();
  }

  #start(): void {
    while (this.#free > 0) {
      const slow = () => (this.#held === 0 ? this.#nextSlow() : undefined);
      const fast = () => this.#next(this.#fast);
      // With one thread alone, whoever is slow has what the others leave.
      const next = this.limits.atOnce > 1 ? (slow() ?? fast()) : (fast() ?? slow());
      if (next === undefined) return;
      void this.#run(next, next.isRetry || this.#isSlow(next.owner));
    }
  }

  #nextSlow(): LookUp | undefined {
    const hasOthers = (owner: string) => this.#fast.has(owner) || this.#slow.has(owner);
    return this.#next(this.#slow) ?? this.#retries.take((owner) => !this.#running.has(owner) && !hasOthers(owner));
  }

  #next(lanes: Lanes): LookUp | undefined {
    return lanes.take((owner) => !this.#running.has(owner));
  }

  async #run(lookUp: LookUp, isSlow: boolean): Promise<void> {
    const { owner } = lookUp;
    let holds = isSlow;
    this.#free--;
    this.#running.add(owner);
    if (holds) this.#held++;
    let isOver = false;
    const onLate = () => {
      if (isOver) return;
      if (!holds) this.#held++;
      holds = true;
      this.#slowDown(owner);
      lookUp.onLate();
    };
    // An answer that came while this process was busy with something else is not late.
    const timer = setTimeout(() => setImmediate(onLate), this.limits.patienceMs);
    await lookUp.run();
    isOver = true;
    clearTimeout(timer);
    this.#free++;
    this.#running.delete(owner);
    if (holds) this.#held--;
    this.#start();
  }

  #slowDown(owner: string): void {
    this.#slowUntil.set(owner, this.now() + this.limits.slowMs);
    for (const lookUp of this.#fast.remove(owner)) {
      this.#slow.add(lookUp);
      lookUp.onPostponed();
    }
  }

  #isSlow(owner: string): boolean {
    const until = this.#slowUntil.get(owner);
    if (until === undefined || this.now() < until) return until !== undefined;
    this.#slowUntil.delete(owner);
    return false;
  }
}

/** What waits, by owner, in the order in which the owners come next. */
class Lanes {
  readonly #waiting = new Map<string, LookUp[]>();

  add(lookUp: LookUp): void {
    const lane = this.#waiting.get(lookUp.owner);
    if (lane === undefined) this.#waiting.set(lookUp.owner, [lookUp]);
    else lane.push(lookUp);
  }

  /** What comes next of an owner that may run. */
  take(mayRun: (owner: string) => boolean): LookUp | undefined {
    for (const [owner, lane] of this.#waiting) {
      if (!mayRun(owner)) continue;
      this.#waiting.delete(owner);
      let next = lane.shift();
      while (next?.isWanted() === false) next = lane.shift();
      if (lane.length > 0) this.#waiting.set(owner, lane);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  has(owner: string): boolean {
    return this.#waiting.get(owner)?.some((each) => each.isWanted()) ?? false;
  }

  remove(owner: string): readonly LookUp[] {
    const lane = this.#waiting.get(owner) ?? [];
    this.#waiting.delete(owner);
    return lane;
  }
}
