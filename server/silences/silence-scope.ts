import { BadUserInputError } from "../core/errors.js";
import { compileMatcher, compileMatchers, type LabelPredicate, type Matcher } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";

// The rule of who may see and touch which silence. Pure, so that every case of it can be listed in a test.

/** The label that says whose an alert is. */
export const projectLabel = "project";

/**
 * The one project that a silence can possibly mute alerts of, when that can be read off its form: exactly one matcher on
 * `project`, an `=` with a value. Everything else is ANDed and can only narrow it. Null for every other form (none, several,
 * `!=`, a regular expression, the empty value): such a silence is for operators to write, whatever it matches today.
 */
export function projectOf(matchers: readonly Matcher[]): string | null {
  const [matcher, ...others] = matchers.filter(({ name }) => name === projectLabel);
  if (matcher === undefined || others.length > 0) return null;
  return matcher.isEqual && !matcher.isRegex && matcher.value !== "" ? matcher.value : null;
}

/**
 * Says of a project whether a silence could mute any of its alerts, by what its matchers on `project` mean, not how they are
 * written: `project=~"a|b"` concerns a. A silence without such matchers concerns every project.
 */
export function projectsConcernedBy(
  matchers: readonly Matcher[],
  matching: Matching,
): (projectName: string) => boolean {
  const tests = matchers
    .filter(({ name }) => name === projectLabel)
    .map((matcher) => orNever(() => compileMatcher(matcher, matching)));
  return (projectName) => tests.every((accepts) => accepts(projectName));
}

/** Whether labels are matched; never, when Alertmanager holds a regular expression that our engine does not know. */
export function alertsMatchedBy(matchers: readonly Matcher[], matching: Matching): LabelPredicate {
  return orNever(() => compileMatchers(matchers, matching));
}

function orNever<T>(compile: () => (value: T) => boolean): (value: T) => boolean {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof BadUserInputError)) throw error;
    return () => false;
  }
}
