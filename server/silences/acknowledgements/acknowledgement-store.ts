import type { Caller, IdempotencyKey } from "../../access/caller.js";
import type { Act } from "../../audit/change.js";
import type { ChangeLog } from "../../audit/change-log.js";
import type { Database } from "../../core/database/database.js";
import { altered } from "../../core/database/stored.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AcknowledgementRepository } from "./acknowledgement-repository.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";
import { actOf } from "./describe-acknowledgement.js";

/** What may change of an acknowledgement. */
export type AcknowledgementChanges = Partial<
  Pick<Acknowledgement, "owner" | "ownerId" | "handedOverBy" | "note" | "quiet" | "expiresAt" | "untilAt" | "endReason">
>;

/** What is written in one transaction. */
export interface AcknowledgementWrites {
  /** The moment that all of it is said to be of. */
  readonly at: Date;
  /** Writes a new one; answers it with its times. */
  insert(acknowledgement: Acknowledgement): Acknowledgement;
  /** What changes for people; null, and nothing written, when it changed since `before` was read. */
  alter(before: Acknowledgement, changes: AcknowledgementChanges): Promise<Acknowledgement | null>;
  /** Where its silences are, with what was done to them; false, and nothing written, when it changed since `before` was read. */
  place(before: Acknowledgement, places: Acknowledgement["places"], acts: readonly Act[]): Promise<boolean>;
}

/** How to write. */
export interface WriteOptions {
  readonly key?: IdempotencyKey | null;
  /** Asked first in the transaction; what it throws undoes it. */
  readonly confirm?: () => Promise<void>;
}

/** The one way to write acknowledgements: rows, change log and the revision that other servers follow in one transaction. */
export class AcknowledgementStore {
  constructor(
    private readonly database: Database,
    private readonly repository: AcknowledgementRepository,
    private readonly active: ActiveAcknowledgements,
    private readonly changes: ChangeLog,
    private readonly now: () => Date,
  ) {}

  /** Runs `work` while nobody else writes acknowledgements; when this resolves, `ActiveAcknowledgements` knows what it wrote. */
  async write<T>(
    caller: Caller,
    work: (writes: AcknowledgementWrites) => Promise<T>,
    { key = null, confirm }: WriteOptions = {},
  ): Promise<T> {
    const result = await this.database.transaction(async () => {
      await confirm?.();
      const revision = await this.repository.takeRevision();
      const writing = new Writing(this.repository, revision, this.now());
      const done = await work(writing);
      await this.repository.insertAll(writing.inserted);
      if (writing.acts.length > 0) await this.changes.note(caller, writing.acts, key);
      return done;
    });
    caller.loaders.clear();
    // What it cannot read now it reads with the next change, or within a second.
    await this.active.refresh().catch(() => undefined);
    return result;
  }
}

class Writing implements AcknowledgementWrites {
  readonly inserted: Acknowledgement[] = [];
  readonly acts: Act[] = [];

  constructor(
    private readonly repository: AcknowledgementRepository,
    private readonly revision: number,
    readonly at: Date,
  ) {}

  insert(acknowledgement: Acknowledgement): Acknowledgement {
    const { revision, at } = this;
    const made = Object.assign(acknowledgement, { revision, version: 1, createdAt: at, updatedAt: at });
    this.inserted.push(made);
    this.acts.push(actOf(null, made));
    return made;
  }

  async alter(before: Acknowledgement, changes: AcknowledgementChanges): Promise<Acknowledgement | null> {
    const { revision, at } = this;
    const after = altered(before, { ...changes, revision, version: before.version + 1, updatedAt: at });
    if (!(await this.repository.replace(after, before.revision))) return null;
    this.acts.push(actOf(before, after));
    return after;
  }

  async place(before: Acknowledgement, places: Acknowledgement["places"], acts: readonly Act[]): Promise<boolean> {
    const after = altered(before, { places, revision: this.revision });
    if (!(await this.repository.replace(after, before.revision))) return false;
    this.acts.push(...acts);
    return true;
  }
}
