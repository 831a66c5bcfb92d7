import { BadUserInputError } from "../core/errors.js";
import { compileMatchers, type Matcher, parseMatcher, parseMatchers } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import { searchIn } from "../core/search.js";
import type { Alert } from "./alert.js";
import type { AlertFilter } from "./alert-input.js";

/** Says whether an alert passes. */
export type AlertPredicate = (alert: Alert) => boolean;

const mostValues = 100;
const mostMatchers = 50;

/** Compiles a filter into one test of alerts, counted by `matching`; throws `BadUserInputError` with the path of what is wrong. */
export function compileAlertFilter(filter: AlertFilter, matching: Matching): AlertPredicate {
  const tests: AlertPredicate[] = [];
  const oneOf = (field: "projects" | "states" | "severities", of: (alert: Alert) => string | null) => {
    const values = filter[field];
    if (!values) return;
    requireAtMost(mostValues, values, ["filter", field]);
    const wanted = new Set<string | null>(values);
    tests.push((alert) => wanted.has(of(alert)));
  };
  oneOf("projects", (alert) => alert.projectName);
  oneOf("states", (alert) => alert.state);
  oneOf("severities", (alert) => alert.severity);
  const { receiver, search } = filter;
  if (receiver != null) tests.push((alert) => alert.receivers.includes(receiver));
  if (search) {
    const holds = searchIn(search, matching);
    tests.push(({ labels, annotations }) => holds([...Object.values(labels), ...Object.values(annotations)]));
  }
  if (filter.matchers) {
    const accepts = compileMatchers(readMatchers(filter.matchers, matching), matching);
    tests.push((alert) => accepts(alert.labels));
  }
  return (alert) => tests.every((test) => test(alert));
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

function requireAtMost(most: number, list: readonly unknown[], path: readonly string[]): void {
  if (list.length > most) throw new BadUserInputError(`"${path.join(".")}" may hold at most ${most} values.`, path);
}
