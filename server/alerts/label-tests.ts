import { BadUserInputError } from "../core/errors.js";
import { compileMatcher, type Matcher, parseMatcher, parseMatchers } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import type { AlertFilter } from "./alert-input.js";

/** What a filter asks of one label. */
export interface LabelTest {
  readonly label: string;
  /** Of the label's value, "" where it is absent. */
  readonly accepts: (value: string) => boolean;
  /** The only values that it accepts; null where they cannot be listed. */
  readonly values: readonly string[] | null;
}

const mostValues = 100;
const mostMatchers = 50;

/** Reads what a filter asks of labels; throws `BadUserInputError` with the path of what is wrong. */
export function readLabelTests(filter: AlertFilter, matching: Matching): readonly LabelTest[] {
  const oneOf = (field: "projects" | "severities", label: string): readonly LabelTest[] => {
    const values = filter[field];
    if (!values) return [];
    requireAtMost(mostValues, values, ["filter", field]);
    const wanted = new Set(values);
    return [{ label, accepts: (value) => wanted.has(value), values }];
  };
  const matchers = filter.matchers ? readMatchers(filter.matchers, matching) : [];
  return [
    ...oneOf("projects", "project"),
    ...oneOf("severities", "severity"),
    ...matchers.map((matcher) => testOf(matcher, matching)),
  ];
}

/** Refuses a list in a filter that is longer than anybody needs. */
export function requireAtMost(most: number, list: readonly unknown[], path: readonly string[]): void {
  if (list.length > most) throw new BadUserInputError(`"${path.join(".")}" may hold at most ${most} values.`, path);
}

function testOf(matcher: Matcher, matching: Matching): LabelTest {
  const isValue = matcher.isEqual && !matcher.isRegex;
  return {
    label: matcher.name,
    accepts: compileMatcher(matcher, matching),
    values: isValue ? [matcher.value] : null,
  };
}

function readMatchers(texts: readonly string[], matching: Matching): readonly Matcher[] {
  const path = ["filter", "matchers"];
  requireAtMost(mostMatchers, texts, path);
  const matchers = texts.flatMap((text, index) => {
    try {
      // A brace begins no single matcher, so the two forms cannot be taken for one another.
      return text.startsWith("{") ? parseMatchers(text, matching) : [parseMatcher(text, matching)];
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      throw new BadUserInputError(error.message, [...path, String(index)]);
    }
  });
  requireAtMost(mostMatchers, matchers, path);
  return matchers;
}
