import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** What came of taking from a window. */
export interface Taken {
  readonly granted: boolean;
  /** How much is left until the window ends. */
  readonly remaining: number;
  /** When the window ends, in whole seconds from now, 1 at the least. */
  readonly endsInSeconds: number;
}

/**
 * Counts what each key uses up in a window of time, a minute unless told otherwise, that begins with its first use: all of
 * it may be used at once. It counts in this server's memory, so of several servers each grants the whole of it.
 */
export class RateWindow {
  readonly #limiter: RateLimiterMemory;

  constructor(
    readonly limit: number,
    seconds = 60,
  ) {
    this.#limiter = new RateLimiterMemory({ points: limit, duration: seconds });
  }

  /** Takes so much, or nothing when that is more than is left. */
  async take(key: string, points = 1): Promise<Taken> {
    try {
      return taken(true, await this.#limiter.consume(key, points));
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      // The library counts what it refuses too.
      return taken(false, await this.#limiter.reward(key, points));
    }
  }

  /** Takes so much, also when that is more than is left. */
  async force(key: string, points: number): Promise<Taken> {
    const state = await this.#limiter.penalty(key, points);
    return taken(state.consumedPoints <= this.limit, state);
  }

  /** Whether anything is left; takes nothing. */
  async look(key: string): Promise<Taken> {
    const state = await this.#limiter.get(key);
    return state === null
      ? { granted: true, remaining: this.limit, endsInSeconds: 1 }
      : taken(state.remainingPoints > 0, state);
  }
}

function taken(granted: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Taken {
  return { granted, remaining: remainingPoints, endsInSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)) };
}
