import type { AccessLog } from "../access/access-log.js";
import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { Database } from "../core/database/database.js";
import { UniqueViolation } from "../core/database/driver-error.js";
import { StaleVersion, type Stored, stamp } from "../core/database/stored.js";
import { Turns } from "../core/turns.js";
import type { Outcome } from "../graph/payload.js";
import type { UserError } from "../graph/user-error.js";
import type { AuditEntry } from "./audit-entry.js";
import type { AuditRepository } from "./audit-repository.js";
import { type Act, actionOf, type Change, diffOf } from "./change.js";
import { circumstancesOf, entryOf } from "./entry-of.js";
import { outcomeUnknown, requireSameRequest } from "./idempotency.js";

/** Marks a project as changed; told inside the transaction. Throws StaleVersion when the project is gone. */
export interface ProjectRevisions {
  bump(projectId: string, revision: number): Promise<void>;
  /** Does so for many, leaving out those that are gone. */
  bumpAll(projectIds: readonly string[], revision: number): Promise<void>;
}

/** How a change is to be made. */
export interface ChangeOptions {
  /** All checks and the diff, and no write. */
  readonly dryRun: boolean;
  /** Mistakes found in the input; while there are any, nothing is written. */
  readonly userErrors: readonly UserError[];
  /** The version that the caller has seen; another one is a CONFLICT. */
  readonly expectedVersion?: number | null | undefined;
  /** What `ChangeLog.once` handed in. */
  readonly key: IdempotencyKey | null;
}

/** The one function that every write of configuration goes through: row, change log and revision in one transaction. */
export class ChangeLog implements AccessLog {
  readonly #turns = new Turns();

  constructor(
    private readonly database: Database,
    private readonly repository: AuditRepository,
    private readonly projects: ProjectRevisions,
    private readonly now: () => Date,
    private readonly onRevision: (revision: number) => void,
  ) {}

  /**
   * Commits `change`, and with it `also` (other objects that the same act alters), under one revision. The outcome
   * holds the object after the change; for a deletion, the object that went.
   */
  async commit<T extends Stored>(
    caller: Caller,
    change: Change<T>,
    { dryRun, userErrors, expectedVersion, key }: ChangeOptions,
    also: readonly Change[] = [],
  ): Promise<Outcome<T>> {
    const { before, after, describe } = change;
    const isStale = expectedVersion != null && before !== null && before.version !== expectedVersion;
    const mistakes = isStale ? [...userErrors, conflict] : userErrors;
    if (mistakes.length > 0) return refused(mistakes);
    const diff = diffOf(before && describe(before), after && describe(after));
    if (dryRun) {
      const refusal = (await change.refusal?.()) ?? null;
      return refusal === null ? { subject: null, diff, revision: null, userErrors: [] } : refused([refusal]);
    }
    const changes: readonly Change[] = [change, ...also].filter(alters);
    if (changes.length === 0) return { subject: after, diff, revision: null, userErrors: [] };
    try {
      const revision = await this.database.transaction(() => this.#write(caller, changes, key));
      caller.loaders.clear();
      this.onRevision(revision);
      return { subject: after ?? before, diff, revision, userErrors: [] };
    } catch (error) {
      if (error instanceof Refused) return refused([error.userError]);
      if (error instanceof StaleVersion) return refused([conflict]);
      if (error instanceof UniqueViolation && change.taken && !isIdempotencyViolation(error))
        return refused([change.taken]);
      throw error;
    }
  }

  /**
   * Runs `act` once per idempotency key: a repeat of the same request answers what the first one did, `find` giving the
   * object as it is now; the same key with another request is a CONFLICT. Without a key it just runs `act`. A repeat that
   * comes while the first one is under way waits for it.
   */
  async once<T extends { readonly id: string }>(
    caller: Caller,
    find: (id: string) => Promise<T | null>,
    act: (key: IdempotencyKey | null) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    return this.inTurn(caller, (key) => (key === null ? act(null) : this.#once(caller, key, find, act)));
  }

  /** Runs `act` with the request's key when all earlier requests with that key have ended. */
  async inTurn<T>(caller: Caller, act: (key: IdempotencyKey | null) => Promise<T>): Promise<T> {
    const key = caller.nextIdempotencyKey();
    return key === null ? act(null) : this.#turns.take(`${caller.principal.id} ${key.key}`, () => act(key));
  }

  /** What is told of earlier tries of a request that writes to several objects, each with a part of the key. */
  async partsOf({ principal }: Caller, key: IdempotencyKey): Promise<readonly AuditEntry[]> {
    const entries = await this.repository.findByKeyOrParts(principal.id, key.key);
    for (const { requestHash } of entries) requireSameRequest(key, requestHash);
    return entries;
  }

  async #once<T extends { readonly id: string }>(
    caller: Caller,
    key: IdempotencyKey,
    find: (id: string) => Promise<T | null>,
    act: (key: IdempotencyKey) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const earlier = await this.#replay(caller, key, find);
    if (earlier) return earlier;
    try {
      const outcome = await act(key);
      // The mistake may be that a request with the same key, at the same time, has done it already.
      return outcome.userErrors.length === 0 ? outcome : ((await this.#replay(caller, key, find)) ?? outcome);
    } catch (error) {
      const winner = await this.#replay(caller, key, find);
      if (winner) return winner;
      throw error;
    }
  }

  /** Runs `work` in one transaction during which nobody else commits a change, here or by another server. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    return this.database.transaction(async () => {
      await this.repository.holdRevision();
      return work();
    });
  }

  /**
   * Records an act on something that is stored elsewhere, such as a silence: it takes no revision, and its entries, of
   * which the first stands for the key, show the newest one of that moment.
   */
  async note(caller: Caller, acts: readonly Act[], key: IdempotencyKey | null): Promise<void> {
    const { value: revision } = await this.repository.revisions();
    const at = this.now();
    const entries = acts.map((act, index) =>
      entryOf(circumstancesOf(caller, index === 0 ? key : null), act, { revision, at }),
    );
    await this.database.transaction(() => this.repository.add(entries));
  }

  /** Inside the transaction; the revision row comes first, so all writers queue there and cannot deadlock. */
  async #write(caller: Caller, changes: readonly Change[], key: IdempotencyKey | null): Promise<number> {
    const revision = await this.repository.takeRevision(changes.some((change) => change.projectId === null));
    const at = this.now();
    const entries: AuditEntry[] = [];
    for (const change of changes) {
      const refusal = (await change.refusal?.()) ?? null;
      if (refusal !== null) throw new Refused(refusal);
      const { before, after, describe } = change;
      if (after) {
        // Each version took a revision of its own, so this revision's number is above all of them.
        const first = change.returns ? revision : 1;
        stamp(after, {
          revision,
          version: before ? before.version + 1 : first,
          createdAt: before?.createdAt ?? at,
          at,
        });
      }
      await change.write(revision);
      const act = {
        action: actionOf(change),
        entityType: change.entityType,
        entityId: (after ?? before)?.id ?? "",
        projectId: change.projectId,
        before: before && describe(before),
        after: after && describe(after),
      };
      const along = (await change.alongside?.(revision, at)) ?? [];
      // The key stands in the first entry alone: it is unique.
      for (const one of [act, ...along]) {
        entries.push(entryOf(circumstancesOf(caller, entries.length === 0 ? key : null), one, { revision, at }));
      }
    }
    const touched = new Set(changes.flatMap(({ projectId }) => (projectId === null ? [] : [projectId])));
    for (const projectId of touched) await this.projects.bump(projectId, revision);
    const also = new Set<string>();
    for (const change of changes) for (const projectId of (await change.touches?.()) ?? []) also.add(projectId);
    const others = [...also].filter((projectId) => !touched.has(projectId));
    if (others.length > 0) await this.projects.bumpAll(others, revision);
    await this.repository.add(entries);
    return revision;
  }

  async #replay<T extends { readonly id: string }>(
    caller: Caller,
    key: IdempotencyKey,
    find: (id: string) => Promise<T | null>,
  ): Promise<Outcome<T> | null> {
    const entry = await this.repository.findByIdempotencyKey(caller.principal.id, key.key);
    if (entry === null) return null;
    requireSameRequest(key, entry.requestHash);
    if (entry.action === "UNKNOWN") throw outcomeUnknown();
    const subject = entry.action === "DELETE" ? ({ id: entry.entityId } as T) : await find(entry.entityId);
    return { subject, diff: diffOf(entry.before, entry.after), revision: entry.revision, userErrors: [] };
  }
}

/** A mistake that only shows inside the transaction; undoes it. */
class Refused extends Error {
  constructor(readonly userError: UserError) {
    super(userError.message);
  }
}

/** The mistake of whoever changes what is not as they have seen it. */
export const conflict: UserError = {
  code: "CONFLICT",
  message: "It changed since you read it. Read it again, then repeat your change.",
  path: ["expectedVersion"],
};

function refused<T>(userErrors: readonly UserError[]): Outcome<T> {
  return { subject: null, diff: [], revision: null, userErrors };
}

function alters({ before, after, describe }: Change): boolean {
  return before === null || after === null || diffOf(describe(before), describe(after)).length > 0;
}

function isIdempotencyViolation({ constraint }: UniqueViolation): boolean {
  return constraint.includes("idempotency");
}
