import { describe, expect, test } from "vitest";
import { BadUserInputError } from "../../server/core/errors.js";
import { checkRegex, compileAnchored } from "../../server/core/regex.js";

describe("checkRegex", () => {
  test.each([
    ["(a)\\1", "The regular expression is invalid: invalid escape sequence: `\\1`."],
    ["(?=a)", "The regular expression is invalid: invalid or unsupported Perl syntax: `(?=`."],
    ["(a", "The regular expression is invalid: missing closing ): `(a`."],
    ["a)|(b", "The regular expression is invalid: unexpected ): `a)|(b`."],
    ["(a{100}){100}", "The regular expression is invalid: invalid repeat count: `{100}`."],
    ["x{1000}".repeat(140), "A regular expression may ask for 1000 repetitions, as in {n}, in all."],
    ["(?<name>a)", "Write a named group as (?P<name>…); RE2 does not look behind."],
    ["x".repeat(10_240), "A regular expression has at most 1024 characters."],
    ["(a?){500}(a){500}", "The regular expression is too expensive: 3502 steps, at most 1200."],
  ])("refuses %s", (pattern, message) => {
    expect(checkRegex(pattern)).toBe(message);
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

  test("answers a pattern on which a backtracking engine would never end", () => {
    expect(compileAnchored("(a+)+$")(`${"a".repeat(50_000)}b`)).toBe(false);
  });
});
