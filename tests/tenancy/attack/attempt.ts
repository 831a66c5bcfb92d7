import type { Attack, Reply } from "./attack.js";

/** What came of an attempt; a third outcome, that it reached the victim, is thrown as `Reached`. */
export type Verdict = "refused" | "harmless";

/** One thing that somebody from one project tries, to get at another. */
export interface Attempt {
  readonly kind: string;
  readonly what: string;
  /** `harmless`: it is answered or accepted, and shows or changes nothing of the victim's. */
  readonly expected: Verdict;
  /** Does it; the last answer decides what came of it. */
  readonly run: (attack: Attack) => Promise<Reply>;
}

/** Thrown by an attempt that got what it came for. */
export class Reached extends Error {}

/** Attempts of one kind, from rows of what is tried, what is expected, and how it is done. */
export function attempts(
  kind: string,
  rows: readonly (readonly [expected: Verdict, what: string, run: Attempt["run"]])[],
): readonly Attempt[] {
  return rows.map(([expected, what, run]) => ({ kind, what, expected, run }));
}
