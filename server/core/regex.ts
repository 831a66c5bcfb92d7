import { RE2JS, RE2JSException } from "re2js";
import { BadUserInputError } from "./errors.js";

/** The longest regular expression taken from a caller, in UTF-16 units. */
export const mostRegexCharacters = 1024;

/**
 * The largest compiled program taken from a caller, in RE2 instructions. 1,024 plain characters need fewer; only counted
 * repetition (`(a?){500}(a){500}` makes 3,502) needs more, and with it a match takes milliseconds, not microseconds.
 */
export const mostRegexSteps = 1200;

/** How many repetitions `{n}` one regular expression may ask for: each is compiled out before its size is known. */
export const mostRepetitions = 1000;

const repetition = /\{(\d+)(?:,(\d*))?\}/g;
const namedGroup = /(?<!\\)(?:\\\\)*\(\?</;

/** The sum of the counted repetitions of a regular expression. */
export function repetitionsIn(pattern: string): number {
  return [...pattern.matchAll(repetition)].reduce((sum, [, least, most]) => sum + Number(most || least), 0);
}

/** Says whether a text, as a whole, is matched. */
export type TextPredicate = (text: string) => boolean;

/**
 * Says what is wrong with a regular expression from a caller, or null: what Prometheus and Alertmanager would refuse (both
 * run Go's RE2: no backreferences, no look-around), and what exceeds our limits. Takes at most some milliseconds.
 */
export function checkRegex(pattern: string): string | null {
  if (pattern.length > mostRegexCharacters)
    return `A regular expression has at most ${mostRegexCharacters} characters.`;
  if (repetitionsIn(pattern) > mostRepetitions) {
    return `A regular expression may ask for ${mostRepetitions} repetitions, as in {n}, in all.`;
  }
  // Newer versions of RE2 take (?<name>…); those that Prometheus 2.42 and Alertmanager 0.25 were built with do not.
  if (namedGroup.test(pattern)) return "Write a named group as (?P<name>…); RE2 does not look behind.";
  const compiled = tryCompile(pattern);
  if (typeof compiled === "string") return compiled;
  if (compiled.programSize() <= mostRegexSteps) return null;
  return `The regular expression is too expensive: ${compiled.programSize()} steps, at most ${mostRegexSteps}.`;
}

/**
 * Compiles a pattern as Alertmanager 0.25 does: matched against the whole text, `.` not matching a newline. It has no
 * limits, for patterns that an Alertmanager already runs: `checkRegex` comes first for what a caller sent. Throws
 * `BadUserInputError` when the pattern is invalid.
 */
export function compileAnchored(pattern: string): TextPredicate {
  // On its own first: `a)|(b` is invalid, but would become valid between the anchors, and mean something else.
  compile(pattern);
  const regex = compile(`^(?:${pattern})$`);
  return (text) => regex.test(text);
}

function compile(pattern: string): RE2JS {
  const compiled = tryCompile(pattern);
  if (typeof compiled === "string") throw new BadUserInputError(compiled);
  return compiled;
}

function tryCompile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `The regular expression is invalid: ${error.message.replace("error parsing regexp: ", "")}.`;
  }
}
