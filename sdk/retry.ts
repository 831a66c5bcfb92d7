import type { OperationKind } from "./document.js";
import { type MetricsinfraError, RateLimitError } from "./errors.js";

/** How failed requests are tried again. */
export interface RetryOptions {
  /** How many tries may follow the first. @default 2 */
  readonly retries?: number | undefined;
  /** The longest wait before the first retry, in milliseconds; it doubles with each. @default 200 */
  readonly baseDelayMs?: number | undefined;
  /** No wait that the server did not ask for is longer, in milliseconds. @default 10000 */
  readonly maxDelayMs?: number | undefined;
}

/** The settings of retries with every default filled in. */
export interface RetrySettings {
  readonly retries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** Fills in the defaults. */
export function retrySettings(options: RetryOptions | false = {}): RetrySettings {
  const { retries = 2, baseDelayMs = 200, maxDelayMs = 10_000 } = options || { retries: 0 };
  return { retries, baseDelayMs, maxDelayMs };
}

/** A failed try. */
export interface FailedTry {
  readonly error: MetricsinfraError;
  readonly operation: OperationKind;
  /** Whether the request carries an `Idempotency-Key`. */
  readonly hasIdempotencyKey: boolean;
  /** Which try failed: 0 is the first. */
  readonly attempt: number;
  /** How many tries may follow the first. */
  readonly retries: number;
}

/**
 * Whether a failed request is sent again. A mutation is only when the server can tell it is the same one (it carries an
 * `Idempotency-Key`) or has surely not run (it was turned away at the door by the rate limit).
 */
export function shouldRetry({ error, operation, hasIdempotencyKey, attempt, retries }: FailedTry): boolean {
  if (attempt >= retries || !error.retryable) return false;
  return operation !== "mutation" || hasIdempotencyKey || error instanceof RateLimitError;
}

/** How long to wait before the next try, in milliseconds: what the server asked for, or full jitter below a doubling cap. */
export function retryDelayMs(
  error: MetricsinfraError,
  attempt: number,
  { baseDelayMs, maxDelayMs }: RetrySettings,
  random: () => number = Math.random,
): number {
  const jitter = Math.round(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** attempt));
  return error.retryAfterMs === undefined ? jitter : error.retryAfterMs + Math.round(random() * baseDelayMs);
}

/** Waits, and rejects with the signal's reason as soon as that is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
