/** The programs whose processes say what they run. */
export type RunOutput = "PROMETHEUS" | "BLACKBOX" | "ALERTMANAGER";

/** What was found of one process, compared with the files that are in use. */
export interface Finding {
  /** RUNS what is in use, OTHER than that, or it answered and did not tell. */
  readonly state: "RUNS" | "OTHER" | "UNKNOWN";
  /** The revision of what it runs; null where that is none of ours, or not whole. */
  readonly revision: number | null;
  /** What is the matter, in a sentence; null when nothing is. */
  readonly detail: string | null;
  /** Whether files are missing on the disk, so that no reload can mend it. */
  readonly isDamaged?: boolean;
}

/** What one process was last seen to run. */
export interface Run extends Omit<Finding, "state"> {
  readonly output: RunOutput;
  /** Its URL, without a password. */
  readonly server: string;
  /** As found, or AWAY when it does not answer; then the rest is as it was last seen. */
  readonly state: Finding["state"] | "AWAY";
  /** When it last answered, as ISO-8601; null when it never has. */
  readonly seenAt: string | null;
}

/** Reads the metrics of one process, line by line, and says what it runs. */
export interface RunJudge {
  take(line: string): void;
  finding(): Finding;
}

/** The least revision that all of the processes were seen to run; undefined when there are none. */
export function leastRevision(runs: readonly Run[], believed: number): number | undefined {
  if (runs.length === 0) return undefined;
  // Of a process that was never seen nothing better is known than what was believed before.
  const revisions = runs.map(({ state, revision }) => revision ?? (state === "OTHER" ? 0 : believed));
  return Math.min(...revisions);
}
