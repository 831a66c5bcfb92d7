import { expect, it } from "vitest";
import { type SettlingRule, settlingMs } from "../../server/rules/settling-time.js";

const minute = 60_000;
const rule = (expr: string, rest: Partial<SettlingRule> = {}): SettlingRule => {
  return { records: null, expr, intervalMs: minute, forMs: 0, keepFiringForMs: 0, ...rest };
};

it("is as long as the first scrape takes, and a rule looks back and waits, with an evaluation", () => {
  expect(settlingMs([], 0)).toBe(0);
  expect(settlingMs([rule("up == 0")], minute)).toBe(2 * minute);
  expect(settlingMs([rule("up == 0")], 3 * minute)).toBe(4 * minute);
  expect(settlingMs([rule("rate(a[5m]) > 1", { forMs: 10 * minute })], minute)).toBe(17 * minute);
  expect(settlingMs([rule("a > a offset 1h")], minute)).toBe(62 * minute);
  expect(settlingMs([rule("max_over_time(rate(a[5m])[30m:1m] offset 10m) > 1")], minute)).toBe(47 * minute);
  expect(settlingMs([rule("up == 0", { keepFiringForMs: 60 * minute })], minute)).toBe(60 * minute);
});

it("adds up along rules that read what others record, also where they read each other", () => {
  const recorded = rule("rate(a[5m])", { records: "r:one" });
  const second = rule("avg_over_time(r:one[10m])", { records: "r:two" });
  const alert = rule('{__name__="r:two"} > 1', { forMs: 5 * minute });
  expect(settlingMs([alert, second, recorded], minute)).toBe((1 + 6 + 11 + 6) * minute);
  const around = [rule("b", { records: "a" }), rule("a", { records: "b" })];
  expect(settlingMs(around, minute)).toBe(3 * minute);
});
