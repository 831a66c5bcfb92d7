import { compileAnchored, type TextPredicate } from "../core/regex.js";

/** Says whether a pattern of the settings matches somewhere in a comment; throws `BadUserInputError` when it is none of RE2's. */
export function commentTest(pattern: string): TextPredicate {
  return compileAnchored(`(?s:.*)(?:${pattern})(?s:.*)`);
}
