import type { ReloadStatus } from "./reload-status.js";

/** By URL what each process said before a reload; one that did not answer is missing. */
export type StatusBefore = ReadonlyMap<string, ReloadStatus>;

/** How an output's processes come to run its files, and how it is known that they do. */
export interface Loader {
  /** Whether there is anybody to ask. */
  readonly hasProcesses: boolean;
  /** What the processes say now, to be compared with later. */
  status(): Promise<StatusBefore>;
  /**
   * Resolves once every process runs the files in use. Rejects with a ReloadRefusedError when one of them refused them, and
   * otherwise with a ProcessAwayError when that is not known.
   */
  reload(before: StatusBefore): Promise<void>;
}
