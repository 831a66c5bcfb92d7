import type { Caller } from "../access/caller.js";
import type { UserError } from "../graph/user-error.js";
import type { Change, Description } from "./change.js";

/** An object as an entry of the change log describes it. */
export interface Described {
  readonly entityType: string;
  readonly id: string;
  /** Null for what belongs to no project: global rules. */
  readonly projectId: string | null;
  readonly description: Description;
}

/** The change that brings an object back, and what speaks against it. */
export interface Restoration {
  /** Null when there are mistakes that leave nothing to be compared. */
  readonly change: Change | null;
  /** Other objects that the same act alters. */
  readonly also?: readonly Change[];
  /** Paths that begin with "input" lead into the description. */
  readonly userErrors: readonly UserError[];
}

/** Brings back one type of object from its descriptions; implemented by the domain that owns the type. */
export interface Restorable {
  /**
   * The change that makes the object as `described` again: a creation under its old id when it is gone, else an update.
   * Access and values are checked as of a fresh write by this caller; throws NOT_FOUND or FORBIDDEN as that would.
   * `wentAlong` reads what the same act deleted with the object, when the entry tells of a deletion.
   */
  restoration(
    caller: Caller,
    described: Described,
    wentAlong: () => Promise<readonly Described[]>,
  ): Promise<Restoration>;
}
