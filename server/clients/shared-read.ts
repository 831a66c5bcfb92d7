import { setMaxListeners } from "node:events";
import { AppError } from "../core/errors.js";

/** The newest that is known of an upstream. */
export interface Reading<T> {
  /** The last good answer, however old; null before the first. */
  readonly value: T | null;
  /** When that answer came. */
  readonly readAt: Date | null;
  /** Why the last attempt failed, for people; null when it did not. */
  readonly error: string | null;
}

/** How long a reading serves, and how long to wait for a newer one. */
export interface SharedReadOptions {
  /** Within this time of an attempt, good or bad, no other is made. */
  readonly maxAgeMs: number;
  /** Who has an older answer waits at most so long for a newer one. */
  readonly patienceMs?: number;
  readonly now: () => Date;
}

/**
 * A read of an upstream that all who ask at the same time share. A failure leaves the last good answer in place. The request
 * is broken off once everybody who waits for it has left.
 */
export class SharedRead<T> {
  #reading: Reading<T> = { value: null, readAt: null, error: null };
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #flight: Flight | null = null;

  constructor(
    private readonly read: (signal: AbortSignal) => Promise<T>,
    private readonly options: SharedReadOptions,
  ) {}

  /** What is known without asking. */
  get reading(): Reading<T> {
    return this.#reading;
  }

  /** What is known after asking, where that is due. Rejects only when `signal` ends, with its reason. */
  async latest(signal?: AbortSignal): Promise<Reading<T>> {
    signal?.throwIfAborted();
    if (this.options.now().getTime() - this.#triedAtMs < this.options.maxAgeMs) return this.#reading;
    this.#flight ??= this.#depart();
    await this.#waitFor(this.#flight, signal);
    return this.#reading;
  }

  #depart(): Flight {
    const controller = new AbortController();
    const landed = this.read(controller.signal).then(
      (value) => this.#settle({ value, readAt: this.options.now(), error: null }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof AppError)) throw error;
        this.#settle({ ...this.#reading, error: error.message });
      },
    );
    const flight: Flight = { landed, controller, waiting: 0 };
    const clear = () => {
      if (this.#flight === flight) this.#flight = null;
    };
    landed.then(clear, clear);
    return flight;
  }

  #settle(reading: Reading<T>): void {
    this.#reading = reading;
    this.#triedAtMs = this.options.now().getTime();
  }

  async #waitFor(flight: Flight, signal?: AbortSignal): Promise<void> {
    const { patienceMs = 1_000 } = this.options;
    let stopWaiting = () => {};
    let patience: NodeJS.Timeout | undefined;
    const left = new Promise<void>((resolve) => {
      stopWaiting = resolve;
      if (this.#reading.value !== null) patience = setTimeout(resolve, patienceMs);
    });
    if (signal) {
      // Every field of a request may wait with the request's one signal.
      setMaxListeners(0, signal);
      signal.addEventListener("abort", stopWaiting);
    }
    flight.waiting++;
    try {
      await Promise.race([flight.landed, left]);
    } finally {
      flight.waiting--;
      clearTimeout(patience);
      signal?.removeEventListener("abort", stopWaiting);
    }
    if (!signal?.aborted) return;
    if (flight.waiting === 0) this.#breakOff(flight);
    throw signal.reason;
  }

  #breakOff(flight: Flight): void {
    if (this.#flight === flight) this.#flight = null;
    flight.controller.abort();
  }
}

interface Flight {
  readonly landed: Promise<void>;
  readonly controller: AbortController;
  waiting: number;
}
