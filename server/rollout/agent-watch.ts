import { setTimeout as delay } from "node:timers/promises";
import { RateLimitedError } from "../core/errors.js";
import type { Agent } from "./agent.js";
import type { AgentRepository } from "./agent-repository.js";

/** How often reports are looked for that another server took. */
const pollMs = 1_000;
/** How many questions may wait at a time, on one server. */
const mostWaiting = 1_000;

/**
 * Lets questions wait for what agents report: all that wait share one look at the database, at once when this server takes a
 * report, and each second for those that others take. Nothing is read while nobody waits.
 */
export class AgentWatch {
  #waiting = 0;
  #told = new AbortController();
  #look: Promise<readonly Agent[]> | null = null;

  constructor(private readonly repository: Pick<AgentRepository, "list">) {}

  /** To be told of each report that this server has stored. */
  publish(): void {
    const told = this.#told;
    this.#told = new AbortController();
    this.#look = null;
    told.abort();
  }

  /**
   * What `answer` gives of the agents, as soon as it gives anything; what it gave last, when the time is over. Throws
   * `RateLimitedError` when too many wait, and the signal's reason when that ends.
   */
  async until<T>(answer: (agents: readonly Agent[]) => Answer<T>, waitMs: number, signal: AbortSignal): Promise<T> {
    const end = performance.now() + waitMs;
    if (this.#waiting >= mostWaiting) throw new RateLimitedError("Too many questions wait for agents already.", 5);
    this.#waiting++;
    try {
      for (;;) {
        signal.throwIfAborted();
        const told = this.#told.signal;
        const { value, isFinal } = answer(await this.#agents());
        const leftMs = end - performance.now();
        if (isFinal || leftMs <= 0) return value;
        const woken = AbortSignal.any([told, signal]);
        await delay(Math.min(pollMs, leftMs), undefined, { signal: woken }).catch(() => undefined);
      }
    } finally {
      this.#waiting--;
    }
  }

  #agents(): Promise<readonly Agent[]> {
    const look = this.#look ?? this.repository.list();
    if (this.#look === null) {
      this.#look = look;
      // Who comes while it is under way shares it; who comes later looks anew.
      const forget = () => {
        if (this.#look === look) this.#look = null;
      };
      look.then(forget, forget);
    }
    return look;
  }
}

/** What is known of a question now, and whether it is worth waiting for more. */
export interface Answer<T> {
  readonly value: T;
  readonly isFinal: boolean;
}
