import { describe, expect, test } from "vitest";
import { BadUserInputError } from "../../server/core/errors.js";
import { checkRegex, compileAnchored } from "../../server/core/regex.js";

describe("checkRegex", () => {
  test.each([
    ["(a)\\1", "The regular expression is invalid: invalid escape sequence: `\\1`."],
    ["(?=a)", "The regular expression is invalid: invalid or unsupported Perl syntax: `(?=`."],
    ["(a", "The regular expression is invalid: missing closing ): `(a`."],
    ["a)|(b", "The regular expression is invalid: unexpected ): `a)|(b`."],
    ["(a{1000}){1000}", "The regular expression is invalid: invalid repeat count: `{1000}`."],
    ["x".repeat(10_240), "A regular expression has at most 1024 characters."],
    ["(a?){500}(a){500}", "The regular expression is too expensive: 3502 steps, at most 1200."],
  ])("refuses %s at once", (pattern, message) => {
    expect(checkRegex(pattern)).toBe(message);
    expect(bestOfThree(() => checkRegex(pattern))).toBeLessThan(50);
  });

  test.each(["", "a|b", "(a+)+$", "x".repeat(1024), Array(300).fill("é").join("|"), ".{1000}"])(
    "takes %s",
    (pattern) => {
      expect(checkRegex(pattern)).toBeNull();
    },
  );
});

describe("compileAnchored", () => {
  test("matches the whole text only", () => {
    const test = compileAnchored("a|b");
    expect(["a", "b", "ab", "xa", "a\n", ""].map(test)).toEqual([true, true, false, false, false, false]);
  });

  test("does not let a pattern close the anchor's parenthesis", () => {
    expect(() => compileAnchored("a)|(b")).toThrow(BadUserInputError);
  });

  test("a pattern that makes a backtracking engine hang answers in milliseconds", () => {
    const text = `${"a".repeat(50_000)}b`;
    expect(compileAnchored("(a+)+$")(text)).toBe(false);
    expect(bestOfThree(() => compileAnchored("(a+)+$")(text))).toBeLessThan(50);
  });
});

/** Milliseconds of the fastest of three runs: what the work takes, whatever else the machine does. */
function bestOfThree(work: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}
