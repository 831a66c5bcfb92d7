import type { LeaseRepository } from "./lease-repository.js";

/** What a lease is for, and for how long. */
export interface LeaseOptions {
  /** Of the work: servers that name it alike do it in turn. At most 40 characters. */
  readonly name: string;
  /** Of this server: no other may have it. At most 40 characters. */
  readonly holder: string;
  /** So long after its holder was last heard of another server may take it. */
  readonly durationMs: number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs?: () => number;
}

/** One server's turn at the work. */
export interface Tenure {
  /**
   * Throws LeaseLost when it may have ended, by this server's own clock: to be asked before each write to what no transaction
   * reaches, as this server may have been asleep.
   */
  requireHeld(): void;
  /**
   * To be asked first in each transaction of the work: throws LeaseLost when it has ended, and keeps it from ending before
   * the transaction does.
   */
  confirm(): Promise<void>;
}

/** The turn at the work has ended; another server may be at it. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";

  constructor(lease: string) {
    super(`The lease "${lease}" was lost.`);
  }
}

/**
 * Lets one of several servers on a database do a piece of work: whoever holds it. It is given up by its holder or by time.
 * One that is stopped in the middle of a transaction of the work keeps it until its connection ends. In a Galera cluster, let
 * the clocks of the nodes agree.
 */
export class Lease {
  readonly #monotonicMs: () => number;

  constructor(
    private readonly repository: LeaseRepository,
    private readonly options: LeaseOptions,
  ) {
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  /**
   * Runs `work` while this server holds the lease; resolves to null when another one does. It is renewed as long as the work
   * takes, and then left to run out: who works again and again keeps it.
   */
  async during<T>(work: (tenure: Tenure) => Promise<T>): Promise<T | null> {
    const { name, holder, durationMs } = this.options;
    let sinceMs = this.#monotonicMs();
    const term = await this.repository.take(name, holder, durationMs);
    if (term === null) return null;
    const confirm = async () => {
      if (!(await this.repository.renew(name, holder, term, durationMs))) throw new LeaseLost(name);
    };
    const renew = async () => {
      const askedMs = this.#monotonicMs();
      await confirm();
      sinceMs = askedMs;
    };
    // What cannot be renewed is noticed by whoever asks whether it is held.
    const timer = setInterval(() => void renew().catch(() => undefined), durationMs / 3);
    try {
      return await work({
        requireHeld: () => {
          if (this.#monotonicMs() - sinceMs >= durationMs) throw new LeaseLost(name);
        },
        confirm,
      });
    } finally {
      clearInterval(timer);
    }
  }

  /** Gives it up, if this server has it. */
  async release(): Promise<void> {
    await this.repository.release(this.options.name, this.options.holder);
  }
}
