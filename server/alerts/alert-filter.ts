import { BadUserInputError } from "../core/errors.js";
import { compileMatchers, type Matcher, parseMatcher, parseMatchers } from "../core/matcher.js";
import type { Alert } from "./alert.js";
import type { AlertFilter } from "./alert-input.js";

/** Says whether an alert passes. */
export type AlertPredicate = (alert: Alert) => boolean;

const mostValues = 100;
const mostMatchers = 50;

/** Compiles a filter into one test of alerts; throws `BadUserInputError` with the path of what is wrong. */
export function compileAlertFilter(filter: AlertFilter): AlertPredicate {
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
  if (search) tests.push(searchFor(search.toLowerCase()));
  if (filter.matchers) {
    const accepts = compileMatchers(readMatchers(filter.matchers));
    tests.push((alert) => accepts(alert.labels));
  }
  return (alert) => tests.every((test) => test(alert));
}

function readMatchers(texts: readonly string[]): readonly Matcher[] {
  const path = ["filter", "matchers"];
  requireAtMost(mostMatchers, texts, path);
  const matchers = texts.flatMap((text, index) => {
    try {
      // A brace begins no single matcher, so the two forms cannot be taken for one another.
      return text.startsWith("{") ? parseMatchers(text) : [parseMatcher(text)];
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

function searchFor(text: string): AlertPredicate {
  const holds = (value: string) => value.toLowerCase().includes(text);
  return ({ labels, annotations }) => Object.values(labels).some(holds) || Object.values(annotations).some(holds);
}
