import type { ReloadStatus } from "./reload-status.js";

/** By URL what each process said before a reload; one that did not answer is missing. */
export type StatusBefore = ReadonlyMap<string, ReloadStatus>;

/** How an output's processes come to run its files, and how it is known that they do. */
export interface Loader {
  /** Whether there is anybody to ask. */
  readonly hasProcesses: boolean;
  /** Whether a process tells how it went when it is asked, so that one failure after another can be told apart. */
  readonly answersAtOnce: boolean;
  /** Whether a process did not answer when it was asked what it says. */
  isAway(status: StatusBefore | undefined): boolean;
  /** What the processes say now, to be compared with later. */
  status(): Promise<StatusBefore>;
  /**
   * Resolves once every process runs the files in use. Rejects with a ReloadRefusedError when one of them refused them, and
   * otherwise with a ProcessAwayError when that is not known.
   */
  reload(before: StatusBefore): Promise<void>;
}
