import { RE2JS } from "re2js";
import type { Span } from "./text-problem.js";

/** How many repetitions `{n}` the regular expressions of one text may ask for together: each one is compiled out. */
const MAX_REPETITIONS = 1000;

/** Compiles regular expressions as Prometheus will, and keeps what they cost together within bounds. */
export class PatternReader {
  #repetitions = 0;

  constructor(private readonly report: (span: Span, message: string) => void) {}

  /** Gives undefined, and reports why, for one that cannot be used. */
  read(source: string, span: Span): RE2JS | undefined {
    this.#repetitions += repetitionsIn(source);
    if (this.#repetitions > MAX_REPETITIONS) {
      this.report(span, `Regular expressions may ask for ${MAX_REPETITIONS} repetitions, as in {n}, in all.`);
      return undefined;
    }
    // Newer versions of RE2 take (?<name>…), and Prometheus 2.42 does not.
    if (/(?<!\\)(?:\\\\)*\(\?</.test(source)) {
      this.report(span, "Write a named group as (?P<name>…); RE2 does not look behind.");
      return undefined;
    }
    try {
      return RE2JS.compile(source);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.report(span, `This is not a regular expression that RE2 reads: ${reason}.`);
      return undefined;
    }
  }
}

function repetitionsIn(source: string): number {
  let sum = 0;
  for (const [, least, most] of source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) sum += Number(most || least);
  return sum;
}
