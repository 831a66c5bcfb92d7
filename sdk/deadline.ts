import { TimeoutError } from "./errors.js";

/**
 * A time limit joined with the caller's own signal. Unlike `AbortSignal.any` it lets go of that signal when it is closed,
 * so one long-lived signal may serve a million calls.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #endsAt: number;
  readonly #timeoutMs: number;
  readonly #complaint: string;
  readonly #userSignal: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #follow = () => this.#controller.abort(this.#userSignal?.reason);

  constructor(timeoutMs: number, userSignal?: AbortSignal, complaint = "no answer") {
    this.#complaint = complaint;
    this.#timeoutMs = timeoutMs;
    this.#endsAt = Date.now() + timeoutMs;
    this.#userSignal = userSignal;
    this.#timer = setTimeout(() => this.#controller.abort(), timeoutMs);
    if (userSignal?.aborted) this.#follow();
    else userSignal?.addEventListener("abort", this.#follow, { once: true });
  }

  /** Aborted when the time is over or the caller aborts. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How much time is left, in milliseconds. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - Date.now());
  }

  /** Throws the caller's reason, or a `TimeoutError` whose cause is the last failure, once the signal is aborted. */
  throwIfOver(lastFailure?: unknown): void {
    if (this.#userSignal?.aborted) throw this.#userSignal.reason;
    if (this.signal.aborted) {
      throw new TimeoutError(`${this.#complaint} within ${this.#timeoutMs} ms`, {
        code: "TIMEOUT",
        retryable: true,
        cause: lastFailure,
      });
    }
  }

  /** Settles as the promise does, but rejects as soon as the time is over, even if the promise never settles. */
  race<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(this.signal.reason);
      if (this.signal.aborted) stop();
      this.signal.addEventListener("abort", stop, { once: true });
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener("abort", stop));
    });
  }

  /** Stops the clock and lets go of the caller's signal. */
  close(): void {
    clearTimeout(this.#timer);
    this.#userSignal?.removeEventListener("abort", this.#follow);
  }
}
