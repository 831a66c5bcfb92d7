import type { Matcher } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import { projectLabel, valuesMatchedBy } from "./silence-scope.js";

/** Values that have little in common: what takes them all takes anything. */
const anything = ["a", "Z", "0", "web-1.example.org:9100", "/var/lib", "10.0.0.1", "Some words, with_more"];

/**
 * The labels by which matchers single alerts out. `project` does not, nor does a matcher that takes alerts without the label
 * (`!=`, `.*`), or one that takes any value of it, such as `.+`.
 */
export function labelsThatNarrow(matchers: readonly Matcher[], matching: Matching): ReadonlySet<string> {
  const narrowing = matchers.filter((matcher) => {
    if (matcher.name === projectLabel) return false;
    const accepts = valuesMatchedBy(matcher, matching);
    return !accepts("") && !anything.every(accepts);
  });
  return new Set(narrowing.map(({ name }) => name));
}
