/** How look-ups share what there is. */
export interface TurnLimits {
  /** How many run at once, in all. */
  readonly atOnce: number;
  /** How many of these one owner may have. */
  readonly ofOneOwner: number;
  /** From when on a look-up counts as one that nobody answers. */
  readonly patienceMs: number;
  /** For how long its owner then has slow turns only. */
  readonly slowMs: number;
}

interface Waiting {
  /** When it is aborted nobody wants the answer any more. */
  readonly signal: AbortSignal;
  /** Runs it, or ends it without; never throws. */
  readonly end: (runs: boolean) => Promise<void>;
}

interface Turn {
  readonly owner: string;
  readonly waiting: Waiting;
}

/**
 * Gives look-ups their turns: one owner after the other, so that many of one hold up nobody else. A look-up cannot be called
 * off and holds one of Node's few threads until it ends, which takes long when a name server says nothing. Whoever had such
 * a look-up therefore gets one slow turn at a time, shared with all others like that: dead names hold one thread, and each
 * owner's first one more, once.
 */
export class LookUpTurns {
  readonly #fast = new Lanes();
  readonly #slow = new Lanes();
  readonly #slowUntil = new Map<string, number>();
  readonly #running = new Map<string, number>();
  #free: number;
  /** How many threads slow turns hold, and look-ups that nobody has answered for too long. */
  #held = 0;

  constructor(
    private readonly limits: TurnLimits,
    private readonly now = () => performance.now(),
  ) {
    this.#free = limits.atOnce;
  }

  /** Does the work when it is its turn, however it ends; undefined when it failed or its signal was aborted before. */
  take<T>(owner: string, signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const end = async (runs: boolean) => resolve(runs ? await work().catch(() => undefined) : undefined);
      (this.isSlow(owner) ? this.#slow : this.#fast).add(owner, { signal, end });
      this.#start();
    });
  }

  /** Whether an owner has slow turns only now. */
  isSlow(owner: string): boolean {
    const until = this.#slowUntil.get(owner);
    if (until === undefined || this.now() < until) return until !== undefined;
    this.#slowUntil.delete(owner);
    return false;
  }

  #start(): void {
    while (this.#free > 0) {
      const slow = this.#held === 0 ? this.#next(this.#slow) : undefined;
      const next = slow ?? this.#next(this.#fast);
      if (next === undefined) return;
      void this.#run(next.owner, next.waiting, slow !== undefined);
    }
  }

  /** What comes next of those who have the least running. */
  #next(lanes: Lanes): Turn | undefined {
    for (let most = 0; most < this.limits.ofOneOwner; most++) {
      const next = lanes.take((owner) => (this.#running.get(owner) ?? 0) <= most);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  async #run(owner: string, { end }: Waiting, isSlow: boolean): Promise<void> {
    let holds = isSlow;
    this.#free--;
    this.#running.set(owner, (this.#running.get(owner) ?? 0) + 1);
    if (holds) this.#held++;
    let isOver = false;
    const onLate = () => {
      if (isOver) return;
      if (!holds) this.#held++;
      holds = true;
      this.#slowDown(owner);
    };
    // An answer that came while this process was busy with something else is not late.
    const timer = setTimeout(() => setImmediate(onLate), this.limits.patienceMs);
    await end(true);
    isOver = true;
    clearTimeout(timer);
    this.#free++;
    if (holds) this.#held--;
    const left = (this.#running.get(owner) ?? 1) - 1;
    if (left > 0) this.#running.set(owner, left);
    else this.#running.delete(owner);
    this.#start();
  }

  #slowDown(owner: string): void {
    this.#slowUntil.set(owner, this.now() + this.limits.slowMs);
    for (const waiting of this.#fast.remove(owner)) this.#slow.add(owner, waiting);
    this.#start();
  }
}

/** What waits, by owner, in the order in which the owners come next. */
class Lanes {
  readonly #waiting = new Map<string, Waiting[]>();

  add(owner: string, waiting: Waiting): void {
    const lane = this.#waiting.get(owner);
    if (lane === undefined) this.#waiting.set(owner, [waiting]);
    else lane.push(waiting);
  }

  /** What comes next of an owner that may run; what nobody wants any more is ended on the way. */
  take(mayRun: (owner: string) => boolean): Turn | undefined {
    for (const [owner, lane] of this.#waiting) {
      if (!mayRun(owner)) continue;
      this.#waiting.delete(owner);
      for (let waiting = lane.shift(); waiting !== undefined; waiting = lane.shift()) {
        if (waiting.signal.aborted) {
          void waiting.end(false);
          continue;
        }
        if (lane.length > 0) this.#waiting.set(owner, lane);
        return { owner, waiting };
      }
    }
    return undefined;
  }

  remove(owner: string): readonly Waiting[] {
    const lane = this.#waiting.get(owner) ?? [];
    this.#waiting.delete(owner);
    return lane;
  }
}
