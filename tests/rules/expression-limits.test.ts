import { expect, test } from "vitest";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { defaultExpressionLimits, type ExpressionLimits } from "../../server/rules/promql/expression-limits.js";
import { checkExpression } from "./check-expression.js";

const hour = 3_600_000;

function refusals(text: string, limits: Partial<ExpressionLimits>): readonly string[] {
  const all = { ...defaultExpressionLimits, ...limits };
  const [enforced, checked] = [enforceProject(text, "a", all), checkExpression(text, all)];
  const messages = (result: typeof enforced | typeof checked) =>
    result.ok ? [] : result.problems.map(({ message }) => message);
  expect(messages(checked)).toEqual(messages(enforced));
  return messages(enforced);
}

test("each limit holds at its number and refuses above it", () => {
  expect(refusals("x + y", { characters: 5 })).toEqual([]);
  expect(refusals("x + yy", { characters: 5 })).toEqual(["An expression may have 5 characters; this one has 6."]);
  expect(refusals("sum(abs(x))", { depth: 3 })).toEqual([]);
  expect(refusals("sum(abs(-x))", { depth: 3 })).toEqual([
    "This nests deeper than 3; split the rule with recording rules.",
  ]);
  expect(refusals("rate(x[1h] offset 1h)", { longestRangeMs: hour })).toEqual([]);
  expect(refusals("rate(x[61m])", { longestRangeMs: hour })).toEqual(["A range may be 1h at most."]);
  expect(refusals("max_over_time(x[61m:1m])", { longestRangeMs: hour })).toEqual(["A range may be 1h at most."]);
  expect(refusals("x offset -61m", { longestRangeMs: hour })).toEqual(["An offset may be 1h at most."]);
  expect(refusals("max_over_time(x[10m:1m])", { subquerySteps: 10 })).toEqual([]);
  expect(refusals("max_over_time(x[11m:1m])", { subquerySteps: 10 })).toEqual([
    "This would be evaluated more than 10 times; use a longer step or a shorter range.",
  ]);
  expect(refusals("x + rate(y[5m])", { selectors: 2 })).toEqual([]);
  expect(refusals("topk(scalar(z), x + y)", { selectors: 2 })).toEqual([
    "An expression may have 2 selectors at most; split it with recording rules.",
  ]);
});

test("what cannot be stored or read is refused whatever the limits are", () => {
  const boundless = { characters: 1e9, depth: 1e9, longestRangeMs: 1e15, subquerySteps: 1e9, selectors: 1e9 };
  expect(refusals("s".repeat(4097), boundless)).toEqual(["An expression may have 4096 characters; this one has 4097."]);
  expect(refusals(`${"(".repeat(64)}s${")".repeat(64)}`, boundless)).toEqual([
    "Brackets nest deeper than 64; write it more simply.",
  ]);
  expect(refusals("rate(x[2y])", boundless)).toEqual([]);
});
