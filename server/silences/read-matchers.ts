import { BadUserInputError } from "../core/errors.js";
import { checkLabelName } from "../core/labels.js";
import { compileMatcher, type Matcher } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import { repetitionsIn } from "../core/regex.js";
import { checkText } from "../core/text.js";
import type { UserErrors } from "../graph/user-error.js";
import type { MatcherInput } from "./silence-input.js";
import { projectLabel } from "./silence-scope.js";

// Alertmanager has no limits of its own: it takes 10,000 matchers.
const mostMatchers = 50;
const mostValueBytes = 1_024;
/** Of the names and values together; more could fill what is read of an Alertmanager at once. */
const mostMatcherBytes = 8_192;
/** Counted repetitions, as in {n}, of all its patterns: Alertmanager's engine takes 100 ms for one alert where they are many. */
const mostPatternRepetitions = 100;

const path = ["input", "matchers"];

/**
 * Reads the matchers of a silence, in the order that Alertmanager is to ask them; what is wrong goes to `errors`.
 * `projectName` is of the project that the silence is for, when one was given.
 */
export function readMatchers(
  inputs: readonly MatcherInput[],
  projectName: string | null,
  matching: Matching,
  errors: UserErrors,
): readonly Matcher[] {
  const matchers = inTurn(forProject(readEach(inputs, matching, errors), projectName, errors));
  if (!errors.any && matchers.every((matcher) => compileMatcher(matcher, matching)(""))) {
    errors.add("INVALID", "At least one matcher must not match an absent label.", path);
  }
  return matchers;
}

function readEach(inputs: readonly MatcherInput[], matching: Matching, errors: UserErrors): readonly Matcher[] {
  if (inputs.length > mostMatchers) throw new BadUserInputError(`At most ${mostMatchers} matchers are allowed.`, path);
  // A value that is too long by itself is told about below, with its place.
  const sizeOf = (text: string) => Math.min(Buffer.byteLength(text), mostValueBytes);
  const bytes = inputs.reduce((sum, { name, value }) => sum + sizeOf(name) + sizeOf(value), 0);
  if (bytes > mostMatcherBytes) {
    errors.add(
      "LIMIT",
      `The matchers' names and values have ${bytes} bytes together, at most ${mostMatcherBytes}.`,
      path,
    );
    return [];
  }
  const matchers = inputs.map(({ name, value, isRegex, isEqual }, index) => {
    const limits = { mostBytes: mostValueBytes, empty: true, multiline: true, templates: true };
    errors.check(checkLabelName(name), [...path, String(index), "name"]);
    const read = checkText("A matcher's value", value, limits) ?? (isRegex ? matching.read(value) : null);
    errors.check(typeof read === "string" ? read : null, [...path, String(index), "value"]);
    return { name, value, isRegex: isRegex ?? false, isEqual: isEqual ?? true };
  });
  const repetitions = matchers.reduce((sum, { value, isRegex }) => sum + (isRegex ? repetitionsIn(value) : 0), 0);
  if (!errors.any && repetitions > mostPatternRepetitions) {
    const message = `The patterns ask for ${repetitions} repetitions, as in {n}, at most ${mostPatternRepetitions} together.`;
    errors.add("LIMIT", message, path);
  }
  return matchers;
}

/** Alertmanager asks them in turn, of each alert: patterns are not to be tried on alerts of other projects. */
function inTurn(matchers: readonly Matcher[]): readonly Matcher[] {
  const isOnProject = ({ name, isRegex, isEqual }: Matcher) => name === projectLabel && !isRegex && isEqual;
  return [...matchers.filter(isOnProject), ...matchers.filter((matcher) => !isOnProject(matcher))];
}

function forProject(matchers: readonly Matcher[], name: string | null, errors: UserErrors): readonly Matcher[] {
  if (name === null) return matchers;
  const own: Matcher = { name: projectLabel, value: name, isRegex: false, isEqual: true };
  const rest = matchers.filter((matcher, index) => {
    if (matcher.name !== projectLabel) return true;
    const same = matcher.value === name && !matcher.isRegex && matcher.isEqual;
    const message = 'A matcher on "project" besides `project` would contradict it.';
    if (!same) errors.add("INVALID", message, [...path, String(index)]);
    return false;
  });
  return [own, ...rest];
}
