import { checkRegex, compileAnchored, mostRepetitions, repetitionsIn, type TextPredicate } from "../core/regex.js";
import type { Span } from "./text-problem.js";

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
    this.#repetitions += repetitionsIn(source);
    if (this.#repetitions <= mostRepetitions) return checkRegex(source);
    return `Regular expressions may ask for ${mostRepetitions} repetitions, as in {n}, in all.`;
  }
}
