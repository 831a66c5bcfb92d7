import { expect, it } from "vitest";
import { type SettlingRule, settlingMs } from "../../server/rules/settling-time.js";

const minute = 60_000;
const rule = (expr: string, rest: Partial<SettlingRule> = {}): SettlingRule => {
  return { records: null, expr, intervalMs: minute, forMs: 0, keepFiringForMs: 0, ...rest };
};

it("is as long as a rule looks back and waits, with an evaluation and a scrape", () => {
  expect(settlingMs([])).toBe(0);
  expect(settlingMs([rule("up == 0")])).toBe(2 * minute);
  expect(settlingMs([rule("rate(a[5m]) > 1", { forMs: 10 * minute })])).toBe(17 * minute);
  expect(settlingMs([rule("a > a offset 1h")])).toBe(62 * minute);
  expect(settlingMs([rule("max_over_time(rate(a[5m])[30m:1m] offset 10m) > 1")])).toBe(47 * minute);
  expect(settlingMs([rule("up == 0", { keepFiringForMs: 60 * minute })])).toBe(60 * minute);
});

it("adds up along rules that read what others record, also where they read each other", () => {
  const recorded = rule("rate(a[5m])", { records: "r:one" });
  const second = rule("avg_over_time(r:one[10m])", { records: "r:two" });
  const alert = rule('{__name__="r:two"} > 1', { forMs: 5 * minute });
  expect(settlingMs([alert, second, recorded])).toBe((2 + 5 + 12 + 7) * minute);
  const around = [rule("b", { records: "a" }), rule("a", { records: "b" })];
  expect(settlingMs(around)).toBe(4 * minute);
});
