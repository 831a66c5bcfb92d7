import { checkRegex, compileAnchored, type TextPredicate } from "../core/regex.js";
import type { Span } from "./text-problem.js";

/** How many repetitions `{n}` the regular expressions of one text may ask for together: each one is compiled out. */
const mostRepetitions = 1000;

const repetition = /\{(\d+)(?:,(\d*))?\}/g;
const namedGroup = /(?<!\\)(?:\\\\)*\(\?</;

/** Compiles the regular expressions of one text as Prometheus will, and keeps what they cost together within bounds. */
export class PatternReader {
  #repetitions = 0;

  constructor(private readonly report: (span: Span, message: string) => void) {}

  /** Gives undefined, and reports why, for one that cannot be used. */
  read(source: string, span: Span): TextPredicate | undefined {
    const problem = this.#check(source);
    if (problem === null) return compileAnchored(source);
    this.report(span, problem);
    return undefined;
  }

  #check(source: string): string | null {
    for (const [, least, most] of source.matchAll(repetition)) this.#repetitions += Number(most || least);
    if (this.#repetitions > mostRepetitions) {
      return `Regular expressions may ask for ${mostRepetitions} repetitions, as in {n}, in all.`;
    }
    // Newer versions of RE2 take (?<name>…), and Prometheus 2.42 does not.
    return namedGroup.test(source)
      ? "Write a named group as (?P<name>…); RE2 does not look behind."
      : checkRegex(source);
  }
}
