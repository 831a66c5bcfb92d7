import { setTimeout as delay } from "node:timers/promises";
import { RateLimitedError } from "../core/errors.js";
import type { Agent } from "./agent.js";
import type { AgentRepository } from "./agent-repository.js";

/** How often reports are looked for that another server took. */
const pollMs = 1_000;
/** How many questions of agents may wait at a time, on one server, and as many again of all others. */
const mostWaiting = 1_000;
/** How many of them one asker may have: one project's token must not keep everybody else from waiting. */
const mostOfOne = 50;
/** Agents often share a token, and no other's questions may stop a rollout: they are counted apart, and together. */
const agents = Symbol("agents");

/**
 * Lets questions wait for what agents report: all that wait share one look at the database, at once when this server takes a
 * report, and each second for those that others take. Nothing is read while nobody waits.
 */
export class AgentWatch {
  readonly #waiting = new Map<string | typeof agents, number>();
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
   * `RateLimitedError` when too many wait, and the signal's reason when that ends. `asker` is the id of who asks; null for
   * the agents themselves.
   */
  async until<T>(
    answer: (agents: readonly Agent[]) => Answer<T>,
    waitMs: number,
    signal: AbortSignal,
    asker: string | null,
  ): Promise<T> {
    const end = performance.now() + waitMs;
    const leave = this.#enter(asker);
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
      leave();
    }
  }

  /** Counts a question of the asker; answers what takes it off again. */
  #enter(asker: string | null): () => void {
    const who = asker ?? agents;
    const own = this.#waiting.get(who) ?? 0;
    if (asker !== null && own >= mostOfOne) {
      throw new RateLimitedError(`You have ${mostOfOne} questions waiting for agents already: let some end first.`, 5);
    }
    const ofAgents = this.#waiting.get(agents) ?? 0;
    const all = [...this.#waiting.values()].reduce((sum, count) => sum + count, 0);
    const alike = asker === null ? ofAgents : all - ofAgents;
    if (alike >= mostWaiting) throw new RateLimitedError("Too many questions wait for agents already.", 5);
    this.#waiting.set(who, own + 1);
    return () => {
      const left = (this.#waiting.get(who) ?? 1) - 1;
      if (left > 0) this.#waiting.set(who, left);
      else this.#waiting.delete(who);
    };
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
