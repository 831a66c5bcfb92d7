import { describe, expect, test } from "vitest";
import { AppError, BadUserInputError } from "../../server/core/errors.js";
import { Matching, mostStepsOfOne, stepsPerPoint } from "../../server/core/matching.js";

const dear = "[ab]*a[ab]{900}[ab]*";
const value = (n: number) => `${n.toString(2).replaceAll("0", "a").replaceAll("1", "b")}${"ab".repeat(300)}`;

/** What `work` was refused with. */
function refusal(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return [error.code, error.message, error.details];
    throw error;
  }
  return null;
}

describe("the work of matching", () => {
  test("is counted for each pattern and each value once", () => {
    const matching = new Matching();
    const accepts = matching.compile(dear);
    const compiled = matching.points;
    expect(compiled).toBeGreaterThan(0);
    accepts(value(1));
    const once = matching.points;
    expect(once - compiled).toBeGreaterThan(10);
    for (let n = 0; n < 1_000; n++) expect(matching.compile(dear)(value(1))).toBe(false);
    expect(matching.points - once).toBeLessThan(2);
    accepts(value(2));
    expect(matching.points - once).toBeGreaterThan(10);
  });

  test("is told as it comes, and ended when it is more than may be spent, from then on at once", () => {
    const matching = new Matching();
    const told: number[] = [];
    matching.limit({ most: 1_000, onSpent: (points) => void told.push(points) });
    const accepts = matching.compile(dear);
    const message =
      "The operation is too expensive. Comparing labels with its patterns, or grouping by them, costs more than 1000, which is what the rest of it leaves. Narrow the filter, or give fewer and simpler patterns; texts, with .* around them or not, cost least.";
    const tooMuch = ["COST_LIMIT", message, { cost: 1_001, limit: 1_000 }];
    expect(refusal(() => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => accepts(value(n))))).toEqual(tooMuch);
    expect(told.reduce((sum, points) => sum + points, 0)).toBe(1_001);
    expect(refusal(() => accepts(value(10)))).toEqual(tooMuch);
    expect(refusal(() => matching.compile("a"))).toEqual(tooMuch);
    expect(matching.points).toBeLessThan(1_003);
  });

  test("of one match alone is bounded, with a budget or without", () => {
    const message = /^The operation is too expensive\. A pattern takes too long on a value of 20000 characters\./;
    const matching = new Matching();
    const accepts = matching.compile(dear);
    const compiled = matching.points;
    expect(refusal(() => accepts("ab".repeat(10_000)))).toMatchObject([
      "COST_LIMIT",
      expect.stringMatching(message),
      {},
    ]);
    expect(matching.points - compiled).toBeLessThan(mostStepsOfOne / stepsPerPoint + 5);
    expect(accepts("b")).toBe(false);
  });

  test("of reading a pattern is counted, dearly where it has to be compiled", () => {
    const costOf = (pattern: string) => {
      const matching = new Matching();
      matching.read(pattern);
      return matching.points;
    };
    expect([costOf("web-.*"), costOf("web-1|web-2"), costOf("x".repeat(1_024))]).toEqual([0, 0, 0]);
    expect([costOf("web-\\d+"), costOf("[a-z]".repeat(200)), costOf("[a-z]{1000}")]).toEqual([3, 500, 505]);
  });

  test("tells a caller what is wrong with a pattern, and takes from an Alertmanager what is merely large", () => {
    const matching = new Matching();
    expect(matching.read("a{600}b{600}")).toBe("A regular expression may ask for 1000 repetitions, as in {n}, in all.");
    expect(matching.compile("a{600}b{600}")(`${"a".repeat(600)}${"b".repeat(600)}`)).toBe(true);
    expect(() => matching.compile("(")).toThrow(BadUserInputError);
  });
});

describe("an everyday filter over 10,000 values", () => {
  const values = Array.from({ length: 10_000 }, (_, n) => `web-${String(n).padStart(5, "0")}.example.org:9100`);
  test.each([
    ["web-.*", 20],
    [".*example.*", 40],
    ["web-00001.*|db.*", 25],
    ["db-\\d+", 20],
    ["web-\\d+.*", 1_000],
    ["(?i)WEB-\\d+\\.example\\.org:9100", 700],
  ])("%s costs %d at most", (pattern, most) => {
    const matching = new Matching();
    const accepts = matching.compile(pattern);
    for (const value of values) accepts(value);
    expect(matching.points).toBeLessThanOrEqual(most);
  });
});
