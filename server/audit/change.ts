import { isDeepStrictEqual } from "node:util";
import type { Stored } from "../core/database/stored.js";
import type { FieldChange } from "../graph/payload.js";
import type { UserError } from "../graph/user-error.js";
import type { AuditEntry, ChangeAction } from "./audit-entry.js";

/** How an object shows in the change log and in diffs: plain JSON, secrets masked, without the fields that every write moves. */
export type Description = Readonly<Record<string, unknown>>;

/** What an entry of the change log says of the act itself. */
export type Act = Pick<AuditEntry, "action" | "entityType" | "entityId" | "projectId" | "before" | "after"> & {
  readonly reason?: string;
};

/** One object's change, ready to be committed; `before` is null for a creation, `after` for a deletion. */
export interface Change<T extends Stored = Stored> {
  readonly entityType: string;
  /** Null for what belongs to no project: global rules. */
  readonly projectId: string | null;
  readonly before: T | null;
  readonly after: T | null;
  describe(entity: T): Description;
  /**
   * What speaks against it now, for example a limit that is reached; asked inside the transaction, where nobody else
   * writes meanwhile, and in a dry run.
   */
  readonly refusal?: () => Promise<UserError | null>;
  /** Writes it, inside the transaction that took `revision`, after revision, version and times of `after` are set. */
  readonly write: (revision: number) => Promise<void>;
  /**
   * Writes, in the same transaction and after `write`, what goes along with it: the contents of a project, which are too
   * many to be a change each. Answers what it did, for the change log.
   */
  readonly alongside?: (revision: number, at: Date) => Promise<readonly Act[]>;
  /** The projects whose configuration for the agents alters with it, beside its own; asked after `write`. */
  readonly touches?: () => Promise<readonly string[]>;
  /** Whether a creation brings back what was there before: then its versions go on above all that it ever had. */
  readonly returns?: boolean;
  /** The mistake to tell when a unique index refuses the write. */
  readonly taken?: UserError;
}

/** What the change does. */
export function actionOf({ before, after }: Change): ChangeAction {
  return before === null ? "CREATE" : after === null ? "DELETE" : "UPDATE";
}

/** Field by field, what differs between the two descriptions. */
export function diffOf(before: Description | null, after: Description | null): FieldChange[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].flatMap((field) => {
    const [old, now] = [before?.[field] ?? null, after?.[field] ?? null];
    return isDeepStrictEqual(old, now) ? [] : [{ field, before: old, after: now }];
  });
}
