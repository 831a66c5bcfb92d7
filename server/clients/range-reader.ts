import { AppError, BadUserInputError } from "../core/errors.js";
import type { PrometheusClient } from "./prometheus-client.js";
import type { PrometheusReplica } from "./prometheus-view.js";

/** How long a server that gave no answer in time is left alone, so that nobody waits for it again and again. */
export interface RangeReaderOptions {
  readonly restMs?: number;
  readonly now: () => Date;
}

/** A failure that took so long was one of waiting. */
const longMs = 1_000;

/** Asks all Prometheus servers of the past: each knows what it has seen itself, and only together they know all. */
export class RangeReader {
  readonly #restsUntilMs = new Map<PrometheusReplica, number>();

  constructor(
    private readonly replicas: readonly PrometheusReplica[],
    private readonly options: RangeReaderOptions,
  ) {}

  /** The answers of those that answer; null when none does. Never rejects for what a server did. */
  async ask<T>(question: (client: PrometheusClient) => Promise<T>): Promise<readonly T[] | null> {
    const nowMs = this.options.now().getTime();
    const awake = this.replicas.filter((replica) => (this.#restsUntilMs.get(replica) ?? 0) <= nowMs);
    const answers = await Promise.all(awake.map((replica) => this.#askOne(replica, question)));
    const known = answers.flatMap((answer) => (answer === null ? [] : [answer.value]));
    return known.length === 0 ? null : known;
  }

  async #askOne<T>(
    replica: PrometheusReplica,
    question: (client: PrometheusClient) => Promise<T>,
  ): Promise<{ readonly value: T } | null> {
    const { restMs = 10_000, now } = this.options;
    const askedAtMs = now().getTime();
    try {
      return { value: await question(replica.client) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const failedAtMs = now().getTime();
      const isAway = !(error instanceof BadUserInputError) && failedAtMs - askedAtMs >= longMs;
      if (isAway) this.#restsUntilMs.set(replica, failedAtMs + restMs);
      return null;
    }
  }
}
