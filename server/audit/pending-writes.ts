import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { Database } from "../core/database/database.js";
import { UniqueViolation } from "../core/database/driver-error.js";
import { newId } from "../core/ids.js";
import type { AuditEntry } from "./audit-entry.js";
import type { AuditRepository } from "./audit-repository.js";
import type { Act } from "./change.js";
import { circumstancesOf, entryOf } from "./entry-of.js";
import { outcomeUnknown, requireSameRequest } from "./idempotency.js";
import { PendingWrite } from "./pending-write.js";
import type { PendingWriteRepository } from "./pending-write-repository.js";

/** What became of a pending write. */
export type Settled = readonly [row: PendingWrite, act: Act];

/** Puts writes down before they are sent, and entries of the change log in their place afterwards. */
export class PendingWrites {
  constructor(
    private readonly database: Database,
    private readonly repository: PendingWriteRepository,
    private readonly entries: AuditRepository,
    private readonly now: () => Date,
  ) {}

  /**
   * Puts down what is to be done, the first act standing for the key: CONFLICT when another request has the key, pending
   * or in the change log. Resolves with the newest revision too.
   */
  async begin(caller: Caller, acts: readonly Act[], key: IdempotencyKey | null) {
    const at = this.now();
    const rows = acts.map((act, index) =>
      Object.assign(new PendingWrite(), act, circumstancesOf(caller, index === 0 ? key : null), {
        id: newId("aud"),
        at,
      }),
    );
    try {
      return await this.database.transaction(async () => {
        // Before the change log is read: who has settled meanwhile, having removed the row that this one waited for, is seen.
        await this.repository.add(rows);
        const { value, isKeyUsed } = await this.entries.revisionAndKey(caller.principal.id, key);
        if (isKeyUsed) throw outcomeUnknown();
        return { rows, revision: value };
      });
    } catch (error) {
      if (key === null || !(error instanceof UniqueViolation)) throw error;
      await this.requireFree(caller, key);
      throw outcomeUnknown();
    }
  }

  /** Throws CONFLICT while a write with this key is pending. */
  async requireFree({ principal }: Caller, key: IdempotencyKey): Promise<void> {
    const row = await this.repository.findByIdempotencyKey(principal.id, key.key);
    if (row === null) return;
    requireSameRequest(key, row.requestHash);
    throw outcomeUnknown();
  }

  /** Forgets what certainly was not written. */
  async withdraw(rows: readonly PendingWrite[]): Promise<void> {
    await this.repository.remove(rows);
  }

  /** Tells of what was written, also when it was taken for lost and told of as such. */
  async settle(settled: readonly Settled[], revision: number): Promise<void> {
    if (await this.settleOnce(settled, revision)) return;
    await this.database.transaction(async () => {
      await this.repository.remove(settled.map(([row]) => row));
      await this.entries.add(this.#anew(settled, revision));
    });
  }

  /** Tells of what became of rows that are still there; false, and nothing written, when somebody else has told. */
  async settleOnce(settled: readonly Settled[], revision: number): Promise<boolean> {
    const at = this.now();
    try {
      const entries = settled.map(([row, act]) => entryOf(row, act, { id: row.id, revision, at }));
      return await this.#replace(settled, entries);
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
      // Its key went to a change of another kind meanwhile, which does not look here.
      return this.#replace(settled, this.#anew(settled, revision));
    }
  }

  /** The oldest of those from before a time, at most so many. */
  findBefore(time: Date, most: number): Promise<PendingWrite[]> {
    return this.repository.findBefore(time, most);
  }

  async #replace(settled: readonly Settled[], entries: readonly AuditEntry[]): Promise<boolean> {
    const work = async () => {
      if ((await this.repository.remove(settled.map(([row]) => row))) < settled.length) throw new ToldAlready();
      await this.entries.add(entries);
      return true;
    };
    return this.database.transaction(work).catch((error: unknown) => {
      if (error instanceof ToldAlready) return false;
      throw error;
    });
  }

  #anew(settled: readonly Settled[], revision: number): readonly AuditEntry[] {
    const at = this.now();
    return settled.map(([row, act]) =>
      entryOf({ ...row, idempotencyKey: null, requestHash: null }, act, { revision, at }),
    );
  }
}

/** Undoes the transaction. */
class ToldAlready extends Error {}
