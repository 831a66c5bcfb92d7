import { AppError } from "../core/errors.js";
import type { QueryReading } from "./prometheus-client.js";
import type { PrometheusReplica } from "./prometheus-view.js";

/** How long to wait for one Prometheus, and how long one that failed is left alone. */
export interface QueryReaderOptions {
  readonly timeoutMs: number;
  readonly restMs?: number;
  readonly now: () => Date;
}

interface Reader extends PrometheusReplica {
  restsUntilMs: number;
}

/** How many servers are asked for one expression at most, so that a write never waits for many that hang. */
const mostAsked = 3;
const mostRemembered = 1_000;

/**
 * Has a Prometheus read expressions: the first that answers, and the same one as long as it does. Expressions mean the
 * same to the same parser tomorrow, so answers are remembered, for as many expressions as people write in some hours.
 */
export class QueryReader {
  readonly #remembered = new Map<string, QueryReading>();
  #readers: readonly Reader[];

  constructor(
    replicas: readonly PrometheusReplica[],
    private readonly options: QueryReaderOptions,
  ) {
    this.#readers = replicas.map(({ name, client }) => ({ name, client, restsUntilMs: 0 }));
  }

  /** How Prometheus reads the expression; null when none answers. Rejects only when `signal` ends. */
  async read(expr: string, signal?: AbortSignal): Promise<QueryReading | null> {
    const known = this.#remembered.get(expr);
    if (known !== undefined) return known;
    const { timeoutMs, restMs = 10_000, now } = this.options;
    for (const reader of this.#readers.filter((each) => each.restsUntilMs <= now().getTime()).slice(0, mostAsked)) {
      try {
        const reading = await reader.client.readQuery(expr, timeoutMs, signal);
        this.#readers = [reader, ...this.#readers.filter((each) => each !== reader)];
        this.#remember(expr, reading);
        return reading;
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof AppError)) throw error;
        reader.restsUntilMs = now().getTime() + restMs;
      }
    }
    return null;
  }

  #remember(expr: string, reading: QueryReading): void {
    this.#remembered.set(expr, reading);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > mostRemembered && oldest !== undefined) this.#remembered.delete(oldest);
  }
}
