import { RE2JS, RE2JSException } from "re2js";
import { BadUserInputError } from "./errors.js";
import { type Regex, readPlainPattern } from "./plain-pattern.js";
import { RegexProgram } from "./regex-program.js";

/** The longest regular expression taken from a caller, in UTF-16 units. */
export const mostRegexCharacters = 1024;

/**
 * The largest compiled program taken from a caller, in RE2 instructions. 1,024 plain characters need fewer; only counted
 * repetition (`(a?){500}(a){500}` makes 3,502) needs more.
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
  const read = readRegex(pattern);
  return typeof read === "string" ? read : null;
}

/** Compiles a regular expression from a caller as `compileRegex` does, or says what `checkRegex` would. */
export function readRegex(pattern: string): Regex | string {
  if (pattern.length > mostRegexCharacters)
    return `A regular expression has at most ${mostRegexCharacters} characters.`;
  if (repetitionsIn(pattern) > mostRepetitions) {
    return `A regular expression may ask for ${mostRepetitions} repetitions, as in {n}, in all.`;
  }
  // Newer versions of RE2 take (?<name>…); those that Prometheus 2.42 and Alertmanager 0.25 were built with do not.
  if (namedGroup.test(pattern)) return "Write a named group as (?P<name>…); RE2 does not look behind.";
  const plain = readPlainPattern(pattern);
  if (plain !== null) return plain;
  const compiled = tryCompile(pattern);
  if (typeof compiled === "string") return compiled;
  if (compiled.programSize() <= mostRegexSteps) return regexOf(compiled);
  return `The regular expression is too expensive: ${compiled.programSize()} steps, at most ${mostRegexSteps}.`;
}

/**
 * Compiles a pattern as Alertmanager 0.25 does: matched against the whole text, `.` not matching a newline. It has no
 * limits, for patterns that an Alertmanager already runs: what a caller sent is for `readRegex`. Throws
 * `BadUserInputError` when the pattern is invalid.
 */
export function compileRegex(pattern: string): Regex {
  const plain = readPlainPattern(pattern);
  if (plain !== null) return plain;
  const compiled = tryCompile(pattern);
  if (typeof compiled === "string") throw new BadUserInputError(compiled);
  return regexOf(compiled);
}

/** Compiles a pattern as `compileRegex` does, to match few and short texts: what that takes is not counted. */
export function compileAnchored(pattern: string): TextPredicate {
  const regex = compileRegex(pattern);
  return (text) => regex(text, () => {});
}

/** Many patterns are only checked, and never run. */
function regexOf(compiled: RE2JS): Regex {
  let program: RegexProgram | null = null;
  return (text, spend) => {
    program ??= new RegexProgram(compiled);
    return program.test(text, spend);
  };
}

function tryCompile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `The regular expression is invalid: ${error.message.replace("error parsing regexp: ", "")}.`;
  }
}
