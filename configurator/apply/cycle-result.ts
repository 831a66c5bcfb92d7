import type { Problem } from "../render/problem.js";

/** How a cycle went. */
export interface CycleResult {
  /** Whether the files or what the processes run may have changed. */
  readonly changed: boolean;
  /** Whether processes were asked to read their config again. */
  readonly reloaded: boolean;
  /** How many files were written or removed. */
  readonly files: number;
  /** Why outputs keep what they ran: their files failed a check or were refused. */
  readonly refused: readonly Problem[];
  /** Set when all of that is this machine's fault, a missing tool or a full disk: to try again costs no process anything. */
  readonly isMachineFault?: true;
  /** Which processes could not be told yet. */
  readonly waiting: readonly Problem[];
}
