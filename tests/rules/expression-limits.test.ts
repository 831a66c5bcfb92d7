import { expect, test } from "vitest";
import { limitSettings } from "../../server/limit-settings.js";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { enforceProjects } from "../../server/rules/promql/enforce-projects.js";
import { defaultExpressionLimits, type ExpressionLimits } from "../../server/rules/promql/expression-limits.js";
import { checkExpression } from "./check-expression.js";
import { writtenRules } from "./rule-files.js";

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
    "This would be evaluated more than 10 times; use a longer step (1m if left out) or a shorter range.",
  ]);
  expect(refusals("x + rate(y[5m])", { selectors: 2 })).toEqual([]);
  expect(refusals("topk(scalar(z), x + y)", { selectors: 2 })).toEqual([
    "An expression may have 2 selectors at most; split it with recording rules.",
  ]);
});

test("what an expression reads is bounded in all, however it is spread over ranges, subqueries and selectors", () => {
  const tooMuch = (samples: number, most: number) => [
    `This would read ${samples} samples of each series, at one a minute, and may read ${most}; use shorter ranges, longer steps, or what recording rules have worked out.`,
  ];
  const costs: Readonly<Record<string, number>> = {
    x: 5,
    "x offset 1d": 5,
    "x @ 5": 5,
    "rate(x[1m])": 5,
    "rate(x[1h])": 60,
    "rate(x[1h] offset 1w)": 60,
    "rate(x[1h]) / rate(y[30m])": 90,
    "topk(scalar(x), rate(y[10m]))": 15,
    "max_over_time(x[1h:10m])": 30,
    "max_over_time(x[1h:])": 300,
    "max_over_time(x[1m:1h])": 5,
    "max_over_time(rate(x[1h])[2h:1m])": 7_200,
    "max_over_time((rate(x[1h]) + y)[2h:1m] @ 7 offset 1d)": 7_800,
    "max_over_time(max_over_time(rate(x[30m])[1h:10m])[1d:1h])": 30 * 6 * 24,
    "max_over_time(vector(1)[1d:1m]) + time()": 0,
    "quantile_over_time(scalar(rate(x[1h])), y[1h:1m])": 360,
  };
  for (const [text, samples] of Object.entries(costs)) {
    expect([text, refusals(text, { samples })]).toEqual([text, []]);
    if (samples > 0)
      expect([text, refusals(text, { samples: samples - 1 })]).toEqual([text, tooMuch(samples, samples - 1)]);
  }
  const hostile = "max_over_time(rate(x[1d])[1d:8s])";
  expect(refusals(hostile, { samples: 200_000 })).toEqual(tooMuch(15_552_000, 200_000));
  expect(refusals(Array.from({ length: 80 }, () => hostile).join(" or "), {})).toEqual(
    tooMuch(80 * 15_552_000, 50_000_000),
  );
});

test("all rules that people published read far less than a project may", () => {
  const samples = limitSettings.parse({}).tiers.default.expressionSamples;
  expect(samples).toBe(200_000);
  const twentieth = { ...defaultExpressionLimits, samples: samples / 19 };
  expect(writtenRules.filter(({ expr }) => !enforceProject(expr, "a", twentieth).ok)).toEqual([]);
  const burnRate = (range: string) => `sum(rate(errors[${range}])) / sum(rate(requests[${range}])) > 0.01`;
  expect(refusals(`${burnRate("30d")} and ${burnRate("3d")}`, { samples })).toEqual([]);
});

test("a step that is left out is written, so that it does not depend on how often Prometheus evaluates", async () => {
  expect(enforceProject("max_over_time(x[1w:])", "a")).toEqual({
    ok: true,
    enforced: 'max_over_time(x{project="a"}[1w:1m])',
  });
  expect(enforceProjects("max_over_time(max by (project) (x)[1w:] offset 5m)")).toEqual({
    ok: true,
    enforced: 'max_over_time(max by (project) (x{project!=""})[1w:1m] offset 5m)',
  });
});

test("what cannot be stored or read is refused whatever the limits are", () => {
  const boundless = {
    characters: 1e9,
    depth: 1e9,
    longestRangeMs: 1e15,
    subquerySteps: 1e9,
    selectors: 1e9,
    samples: 1e9,
  };
  expect(refusals("s".repeat(4097), boundless)).toEqual(["An expression may have 4096 characters; this one has 4097."]);
  expect(refusals(`${"(".repeat(64)}s${")".repeat(64)}`, boundless)).toEqual([
    "Brackets nest deeper than 64; write it more simply.",
  ]);
  expect(refusals("rate(x[2y])", boundless)).toEqual([]);
});
