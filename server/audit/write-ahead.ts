import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { Outcome } from "../graph/payload.js";
import type { Act } from "./change.js";
import type { ChangeLog } from "./change-log.js";
import { KeyParts } from "./key-parts.js";
import type { PendingWrites } from "./pending-writes.js";

/** A write to something that is stored elsewhere, such as a silence in an Alertmanager. */
export interface WriteElsewhere<T> {
  /** What it is to do; of an object that is new the id is empty. */
  readonly intended: readonly Act[];
  readonly send: () => Promise<T>;
  /** Whether what `send` rejected with says that certainly nothing was written. */
  readonly isUndone: (error: unknown) => boolean;
  /** What it did, one for each that was intended. */
  readonly done: (result: T, intended: readonly Act[]) => Promise<readonly Act[]>;
}

/**
 * Writes to what no transaction of ours reaches, so that the change log tells of it whatever happens: the intent is stored
 * before it is sent, and becomes the entry afterwards. What is left without an answer is for `UnsettledWrites`.
 */
export class WriteAhead {
  constructor(
    private readonly changes: ChangeLog,
    private readonly pending: PendingWrites,
  ) {}

  /** Like `ChangeLog.once`; while nobody knows what became of the first request, the others are a CONFLICT. */
  once<T extends { readonly id: string }>(
    caller: Caller,
    find: (id: string) => Promise<T | null>,
    act: (key: IdempotencyKey | null) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    return this.changes.once(caller, find, async (key) => {
      const outcome = await act(key);
      // The mistake may be what the first request, by way of another server, has done just now.
      if (key !== null && outcome.userErrors.length > 0) await this.pending.requireFree(caller, key);
      return outcome;
    });
  }

  /**
   * Like `once`, for a request that writes to several objects one after the other: each `run` takes a part of the key, so
   * that a repeat finds what was done to which, and does the rest. CONFLICT while nobody knows what became of one.
   */
  inParts<T>(caller: Caller, act: (parts: KeyParts) => Promise<T>): Promise<T> {
    return this.changes.inTurn(caller, async (key) => {
      if (key === null) return act(new KeyParts(null, []));
      // First what is pending: who settles meanwhile is found in the change log then.
      await this.pending.requireFree(caller, key);
      return act(new KeyParts(key, await this.changes.partsOf(caller, key)));
    });
  }

  /** Resolves and rejects as `send` does; rejects too when its outcome cannot be stored, which then stays pending. */
  async run<T>(
    caller: Caller,
    key: IdempotencyKey | null,
    { intended, send, isUndone, done }: WriteElsewhere<T>,
  ): Promise<T> {
    const { rows, revision } = await this.pending.begin(caller, intended, key);
    let result: T;
    try {
      result = await send();
    } catch (error) {
      // Where even that fails, the caller hears of the refusal all the same, and the row is left to be looked into.
      if (isUndone(error)) await this.pending.withdraw(rows).catch(() => undefined);
      throw error;
    }
    const acts = await done(result, intended);
    await this.pending.settle(
      rows.flatMap((row, index) => acts.slice(index, index + 1).map((act) => [row, act] as const)),
      revision,
    );
    return result;
  }
}
