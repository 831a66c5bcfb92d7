import { BadUserInputError } from "../core/errors.js";
import { compileMatcher, compileMatchers, type LabelPredicate, type Matcher } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import { checkProjectName } from "../core/names.js";
import type { TextPredicate } from "../core/regex.js";

// The rule of who may see and touch which silence. Pure, so that every case of it can be listed in a test.

/** The label that says whose an alert is. */
export const projectLabel = "project";

/** Of a pattern; one that was written beside us may name more. */
const mostNames = 100;

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
    .map((matcher) => valuesMatchedBy(matcher, matching));
  return (projectName) => tests.every((accepts) => accepts(projectName));
}

/** The projects that its matchers name: as `a`, or as `a|b`. Whether they are concerned, `projectsConcernedBy` says. */
export function projectsNamedBy(matchers: readonly Matcher[]): readonly string[] {
  return alternativesOnProject(matchers).flatMap((values) => values.filter((value) => isName(value)));
}

/** Whether a silence names all that it concerns, and that is one project or none; else it may concern several. */
export function isForOneProject(matchers: readonly Matcher[], matching: Matching): boolean {
  const named = alternativesOnProject(matchers).find((values) =>
    values.every((value) => value === "" || isName(value)),
  );
  return named !== undefined && new Set(named.filter(projectsConcernedBy(matchers, matching))).size <= 1;
}

function alternativesOnProject(matchers: readonly Matcher[]): readonly (readonly string[])[] {
  const positive = matchers.filter(({ name, isEqual }) => name === projectLabel && isEqual);
  return positive.map(({ value, isRegex }) => (isRegex ? value.split("|", mostNames) : [value]));
}

function isName(value: string): boolean {
  return checkProjectName(value) === null;
}

/** Whether a silence with these matchers is one with those, to Alertmanager. */
export function areSameMatchers(these: readonly Matcher[], those: readonly Matcher[]): boolean {
  const textOf = (matchers: readonly Matcher[]) =>
    JSON.stringify(matchers.map(({ name, value, isRegex, isEqual }) => [name, value, isRegex, isEqual]));
  return textOf(these) === textOf(those);
}

/** Whether labels are matched; never, when Alertmanager holds a regular expression that our engine does not know. */
export function alertsMatchedBy(matchers: readonly Matcher[], matching: Matching): LabelPredicate {
  return orNever(() => compileMatchers(matchers, matching));
}

/** Whether a value of its label is matched, "" where there is none; never, as above. */
export function valuesMatchedBy(matcher: Matcher, matching: Matching): TextPredicate {
  return orNever(() => compileMatcher(matcher, matching));
}

function orNever<T>(compile: () => (value: T) => boolean): (value: T) => boolean {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof BadUserInputError)) throw error;
    return () => false;
  }
}
