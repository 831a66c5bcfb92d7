import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "../access/caller.js";
import { RateLimitedError } from "../core/errors.js";
import { PerMinute } from "../core/per-minute.js";
import type { Cost, StreamBudget } from "./cost.js";
import { RateWindow } from "./rate-window.js";
import { sourceKeyOf } from "./source-key.js";

/** The numbers of `limits` in the settings that are about requests. */
export interface RateSettings {
  readonly operationCost: number;
  readonly agentOperationCost: number;
  readonly rate: {
    readonly requestsPerMinute: number;
    readonly costPerMinute: number;
    readonly openStreams: number;
    readonly agentRequestsPerMinute: number;
    readonly agentCostPerMinute: number;
    readonly failedSignInsPerMinute: number;
    readonly signInsPerMinute: number;
  };
}

/** What is refused by how often or how much it is asked for. */
export const rates = ["requests", "cost", "streams", "failed_sign_ins", "sign_ins"] as const;
export type Rate = (typeof rates)[number];

interface Allowance {
  readonly operationCost: number;
  readonly requests: RateWindow;
  readonly cost: RateWindow;
  /** What streams deliver, beside what is asked: nobody shall be refused an answer because much happens. */
  readonly streamed: RateWindow;
}

/** How much each principal may ask for; agents, which read everything, have limits of their own. */
export class RateLimits {
  readonly #agents: Allowance;
  readonly #others: Allowance;
  readonly #signIns: RateWindow;
  /** What matching costs each principal, beside the windows: those cannot be asked while it goes on. */
  readonly #matching: PerMinute;
  readonly #mostStreams: number;
  readonly #openStreams = new Map<string, number>();

  constructor(
    { operationCost, agentOperationCost, rate }: RateSettings,
    private readonly onRefusal: (rate: Rate) => void,
    now: () => Date,
  ) {
    this.#matching = new PerMinute(now);
    this.#agents = {
      operationCost: agentOperationCost,
      requests: new RateWindow(rate.agentRequestsPerMinute),
      cost: new RateWindow(rate.agentCostPerMinute),
      streamed: new RateWindow(rate.agentCostPerMinute),
    };
    this.#others = {
      operationCost,
      requests: new RateWindow(rate.requestsPerMinute),
      cost: new RateWindow(rate.costPerMinute),
      streamed: new RateWindow(rate.costPerMinute),
    };
    this.#signIns = new RateWindow(rate.signInsPerMinute);
    this.#mostStreams = rate.openStreams;
  }

  /** The most that one operation of this caller may cost. */
  limitOf(caller: Caller): number {
    return this.#allowanceOf(caller).operationCost;
  }

  /** Counts a request; throws RATE_LIMITED when it is one too many. */
  async request(caller: Caller): Promise<void> {
    const { requests } = this.#allowanceOf(caller);
    const { granted, endsInSeconds } = await requests.take(keyOf(caller));
    if (granted) return;
    this.onRefusal("requests");
    const message = `More than ${requests.limit} requests a minute. Wait ${endsInSeconds} s.`;
    throw new RateLimitedError(message, endsInSeconds, { limit: requests.limit });
  }

  /**
   * Charges what an operation costs, before it runs; throws RATE_LIMITED when that is more than is left. What its matching
   * takes while it runs is charged as it comes, whatever is left, and ends it when that is too much for one operation.
   */
  async charge(caller: Caller, cost: Cost): Promise<Cost> {
    const window = this.#allowanceOf(caller).cost;
    const { granted, remaining, endsInSeconds } = await window.take(keyOf(caller), cost.requested);
    if (granted) {
      const most = this.#mostMatching(cost);
      caller.matching.limit({ most, onSpent: (points) => this.#spentMatching(caller, points) });
      return { ...cost, perMinute: { limit: window.limit, remaining } };
    }
    this.onRefusal("cost");
    const message = `The operation costs ${cost.requested}, and ${remaining} of ${window.limit} a minute are left. Wait ${endsInSeconds} s, or ask for less.`;
    throw new RateLimitedError(message, endsInSeconds, { cost: cost.requested, limit: window.limit, remaining });
  }

  /** What an operation has cost in the end. */
  async total(caller: Caller, cost: Cost): Promise<Cost> {
    const matching = caller.matching.points;
    if (matching === 0) return cost;
    const window = this.#allowanceOf(caller).cost;
    const { remaining } = await window.look(keyOf(caller));
    return { ...cost, matching, perMinute: { limit: window.limit, remaining } };
  }

  /**
   * What a subscription takes while it is open. It is charged as it comes, and never refused: a stream that has spent the
   * minute waits for the next, and gets then what is left of what happened meanwhile. Sets what `caller.matching` may take.
   */
  ofStream(caller: Caller, cost: Cost): StreamBudget<Caller> {
    const { signal } = caller.request;
    const { streamed } = this.#allowanceOf(caller);
    const onSpent = (points: number) => void streamed.force(keyOf(caller), points);
    const whenAffordable = async () => {
      while (!signal.aborted) {
        const { granted, endsInSeconds } = await streamed.look(keyOf(caller));
        if (granted) return;
        await sleep(endsInSeconds * 1_000, undefined, { signal, ref: false }).catch(() => undefined);
      }
    };
    caller.matching.limit({ most: Number.POSITIVE_INFINITY, onSpent, whenAffordable });
    return {
      spend: onSpent,
      whenAffordable,
      limitEvent: ({ matching }) => matching.limit({ most: this.#mostMatching(cost), onSpent }),
    };
  }

  /** Many operations that began at once find out here that others of them have spent it all. */
  #spentMatching(caller: Caller, points: number): void {
    const { cost: window } = this.#allowanceOf(caller);
    void window.force(keyOf(caller), points);
    if (this.#matching.count(keyOf(caller), points) <= window.limit) return;
    this.onRefusal("cost");
    const message = `Comparing labels with patterns has cost more than ${window.limit} in this minute. Wait, and ask for less.`;
    throw new RateLimitedError(message, secondsOfMatching, { limit: window.limit });
  }

  /** Counts a step of a browser's sign-in or sign-out; throws RATE_LIMITED when it is one too many from this address. */
  async signIn(address: string | null): Promise<void> {
    const { granted, endsInSeconds } = await this.#signIns.take(sourceKeyOf(address));
    if (granted) return;
    this.onRefusal("sign_ins");
    const message = `Too many sign-ins came from this address. Wait ${endsInSeconds} s.`;
    throw new RateLimitedError(message, endsInSeconds, { limit: this.#signIns.limit });
  }

  /** Counts an open stream, until what is returned is called; throws RATE_LIMITED when it is one too many. */
  openStream(caller: Caller): () => void {
    const key = keyOf(caller);
    const open = this.#openStreams.get(key) ?? 0;
    if (open >= this.#mostStreams) {
      this.onRefusal("streams");
      const message = `${open} streams are open, which is all that you may have at once. Close one first.`;
      throw new RateLimitedError(message, streamRetrySeconds, { limit: this.#mostStreams });
    }
    this.#openStreams.set(key, open + 1);
    return () => {
      const left = (this.#openStreams.get(key) ?? 1) - 1;
      if (left === 0) this.#openStreams.delete(key);
      else this.#openStreams.set(key, left);
    };
  }

  /** Agents read much, and have nothing to match: they get no more for that than others. */
  #mostMatching({ limit, requested }: Cost): number {
    return Math.min(limit - requested, this.#others.operationCost);
  }

  #allowanceOf({ principal }: Caller): Allowance {
    return principal.globalRole === "AGENT" ? this.#agents : this.#others;
  }
}

/** What is left of a minute is not worth the arithmetic. */
const secondsOfMatching = 60;

/** Nobody knows when a stream will be closed; a client that asks so often does no harm. */
const streamRetrySeconds = 10;

/** Strangers are all one principal, so each of their addresses counts for itself. */
function keyOf({ principal, request }: Caller): string {
  return principal.kind === "ANONYMOUS" ? `anonymous ${sourceKeyOf(request.source)}` : principal.id;
}
