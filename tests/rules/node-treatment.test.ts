import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, test } from "vitest";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { aggregations, functions } from "../../server/rules/promql/language.js";
import { nodeTreatments } from "../../server/rules/promql/node-treatment.js";
import { readTree } from "../../server/rules/promql/parse-expression.js";
import { Refusal } from "../../server/rules/text-problem.js";
import { callOf, sampleOf } from "./sample-calls.js";

/** The kinds of node that the grammar has; those without a name stand in no tree. */
const grammar = parser.nodeSet.types.filter(({ isAnonymous }) => !isAnonymous).map(({ name }) => name);

/** For each kind of node that is confined, read or dropped, an expression that holds it, and how that runs for project a. */
const read: Readonly<Record<string, readonly [written: string, enforced: string]>> = {
  VectorSelector: ["x", 'x{project="a"}'],
  LineComment: ["x # {project='b'}", 'x{project="a"}'],
  PromQL: ["1", "1"],
  ParenExpr: ["(x)", '(x{project="a"})'],
  UnaryExpr: ["-x", '-x{project="a"}'],
  UnaryOp: ["+x", '+x{project="a"}'],
  NumberDurationLiteral: ["1", "1"],
  StringLiteral: ["x{l='v'}", 'x{l="v",project="a"}'],
  LabelMatchers: ["x{}", 'x{project="a"}'],
  UnquotedLabelMatcher: ["x{l='v'}", 'x{l="v",project="a"}'],
  Identifier: ["x", 'x{project="a"}'],
  LabelName: ["x{l='v'}", 'x{l="v",project="a"}'],
  MatchOp: ["x{l='v'}", 'x{l="v",project="a"}'],
  EqlSingle: ["x{l='v'}", 'x{l="v",project="a"}'],
  Neq: ["x{l!='v'} != 1", 'x{l!="v",project="a"} != 1'],
  EqlRegex: ["x{l=~'v'}", 'x{l=~"v",project="a"}'],
  NeqRegex: ["x{l!~'v'}", 'x{l!~"v",project="a"}'],
  MatrixSelector: ["rate(x[5m])", 'rate(x{project="a"}[5m])'],
  SubqueryExpr: ["deriv(x[5m:1m])", 'deriv(x{project="a"}[5m:1m])'],
  DurationExpr: ["rate(x[5m])", 'rate(x{project="a"}[5m])'],
  NumberDurationLiteralInDurationContext: ["rate(x[5m])", 'rate(x{project="a"}[5m])'],
  OffsetExpr: ["x offset -5m", 'x{project="a"} offset -5m'],
  Offset: ["x offset 5m", 'x{project="a"} offset 5m'],
  OffsetDurationExpr: ["x offset 5m", 'x{project="a"} offset 5m'],
  StepInvariantExpr: ["x @ 1", 'x{project="a"} @ 1.000'],
  At: ["x @ 1", 'x{project="a"} @ 1.000'],
  AtModifierPreprocessors: ["x @ start()", 'x{project="a"} @ start()'],
  AtStart: ["x @ start()", 'x{project="a"} @ start()'],
  AtEnd: ["x @ end()", 'x{project="a"} @ end()'],
  FunctionCall: ["abs(x)", 'abs(x{project="a"})'],
  FunctionIdentifier: ["abs(x)", 'abs(x{project="a"})'],
  FunctionCallBody: ["abs(x)", 'abs(x{project="a"})'],
  AggregateExpr: ["sum(x)", 'sum(x{project="a"})'],
  AggregateOp: ["sum(x)", 'sum(x{project="a"})'],
  AggregateModifier: ["sum(x) by (l)", 'sum by (l) (x{project="a"})'],
  By: ["sum(x) by (l)", 'sum by (l) (x{project="a"})'],
  Without: ["sum(x) without (l)", 'sum without (l) (x{project="a"})'],
  GroupingLabels: ["sum(x) by (l)", 'sum by (l) (x{project="a"})'],
  BinaryExpr: ["x + y", 'x{project="a"} + y{project="a"}'],
  Pow: ["x ^ y", 'x{project="a"} ^ y{project="a"}'],
  Mul: ["x * y", 'x{project="a"} * y{project="a"}'],
  Div: ["x / y", 'x{project="a"} / y{project="a"}'],
  Mod: ["x % y", 'x{project="a"} % y{project="a"}'],
  Atan2: ["x atan2 y", 'x{project="a"} atan2 y{project="a"}'],
  Add: ["x + y", 'x{project="a"} + y{project="a"}'],
  Sub: ["x - y", 'x{project="a"} - y{project="a"}'],
  Eql: ["x == y", 'x{project="a"} == y{project="a"}'],
  Gte: ["x >= y", 'x{project="a"} >= y{project="a"}'],
  Gtr: ["x > y", 'x{project="a"} > y{project="a"}'],
  Lte: ["x <= y", 'x{project="a"} <= y{project="a"}'],
  Lss: ["x < y", 'x{project="a"} < y{project="a"}'],
  And: ["x and y", 'x{project="a"} and y{project="a"}'],
  Or: ["x or y", 'x{project="a"} or y{project="a"}'],
  Unless: ["x unless y", 'x{project="a"} unless y{project="a"}'],
  BoolModifier: ["x > bool y", 'x{project="a"} > bool y{project="a"}'],
  Bool: ["x > bool y", 'x{project="a"} > bool y{project="a"}'],
  MatchingModifierClause: ["x / on (l) y", 'x{project="a"} / on (l) y{project="a"}'],
  On: ["x / on (l) y", 'x{project="a"} / on (l) y{project="a"}'],
  Ignoring: ["x / ignoring (l) y", 'x{project="a"} / ignoring (l) y{project="a"}'],
  GroupLeft: ["x / on (l) group_left y", 'x{project="a"} / on (l) group_left () y{project="a"}'],
  GroupRight: ["x / on (l) group_right (m) y", 'x{project="a"} / on (l) group_right (m) y{project="a"}'],
  ...Object.fromEntries(
    [...functions].map(([name, { takes }]) => [
      nodeOf(callOf(name, takes), "FunctionIdentifier"),
      [callOf(name, takes), callOf(name, takes, 'x{project="a"}')],
    ]),
  ),
  ...Object.fromEntries(
    [...aggregations].map(([name, { parameter }]) => {
      const before = parameter ? `${sampleOf(parameter)}, ` : "";
      return [
        nodeOf(`${name}(${before}x)`, "AggregateOp"),
        [`${name}(${before}x)`, `${name}(${before}x{project="a"})`],
      ];
    }),
  ),
};

/** For each kind of node that is refused, an expression that holds it. */
const refused: Readonly<Record<string, string>> = {
  Info: 'info(x, {l="v"})',
  LimitK: "limitk(1, x)",
  LimitRatio: "limit_ratio(0.5, x)",
  FirstOverTime: "first_over_time(x[5m])",
  MadOverTime: "mad_over_time(x[5m])",
  TsOfFirstOverTime: "ts_of_first_over_time(x[5m])",
  TsOfLastOverTime: "ts_of_last_over_time(x[5m])",
  TsOfMaxOverTime: "ts_of_max_over_time(x[5m])",
  TsOfMinOverTime: "ts_of_min_over_time(x[5m])",
  HistogramAvg: "histogram_avg(x)",
  HistogramQuantiles: 'histogram_quantiles(x, "q", 0.5)',
  HistogramStdDev: "histogram_stddev(x)",
  HistogramStdVar: "histogram_stdvar(x)",
  DoubleExponentialSmoothing: "double_exponential_smoothing(x[5m], 0.5, 0.5)",
  SortByLabel: 'sort_by_label(x, "l")',
  SortByLabelDesc: 'sort_by_label_desc(x, "l")',
  StartTimestamp: "start_timestamp(x)",
  StartFn: "start()",
  EndFn: "end()",
  Range: "range()",
  Step: "step()",
  AnchoredExpr: "rate(x[5m] anchored)",
  Anchored: "rate(x[5m] anchored)",
  SmoothedExpr: "x smoothed",
  Smoothed: "x smoothed",
  FillModifier: "x + fill(0) y",
  FillClause: "x + fill(0) y",
  Fill: "x + fill(0) y",
  FillLeftClause: "x + fill_left(0) y",
  FillLeft: "x + fill_left(0) y",
  FillRightClause: "x + fill_right(0) y",
  FillRight: "x + fill_right(0) y",
  TrimUpper: "x </ 1",
  TrimLower: "x >/ 1",
  DurationStep: "x offset step()",
  DurationRange: "rate(x[range()])",
  DurationMinOf: "rate(x[min_of(5m, 1h)])",
  DurationMaxOf: "rate(x[max_of(5m, 1h)])",
  QuotedLabelName: '{"x"}',
  QuotedLabelMatcher: 'x{"l"="v"}',
};

/** Two kinds that no expression holds, whichever it is. */
const elsewhere = ["MetricName", "⚠"];

function nodesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  parser.parse(text).iterate({ enter: ({ name }) => void names.add(name) });
  return names;
}

/** What the grammar calls the word in a node of the kind `parent`. */
function nodeOf(text: string, parent: string): string {
  let found = "";
  parser.parse(text).iterate({
    enter({ name, node }) {
      if (name === parent) found ||= node.firstChild?.name ?? "";
    },
  });
  return found;
}

describe("each kind of node of the grammar", () => {
  test("has a treatment that is stated, and an example here", () => {
    expect([...nodeTreatments.keys()].sort()).toEqual([...grammar].sort());
    expect([...Object.keys(read), ...Object.keys(refused), ...elsewhere].sort()).toEqual([...grammar].sort());
    const kept = [...nodeTreatments].filter(([, treatment]) => typeof treatment === "string");
    expect(Object.keys(read).sort()).toEqual(kept.map(([name]) => name).sort());
  });

  test.each(Object.entries(read))("%s is read: %j", (name, [written, enforced]) => {
    expect(nodesIn(written)).toContain(name);
    expect(enforceProject(written, "a")).toEqual({ ok: true, enforced });
  });

  test.each(Object.entries(refused))("%s is refused: %s", (name, written) => {
    const treatment = nodeTreatments.get(name);
    const reason = typeof treatment === "object" ? treatment.refused : "";
    const result = enforceProject(written, "a");
    const [problem] = result.ok ? [] : result.problems;
    const at = written.slice(problem?.from, problem?.to);
    expect(at).not.toBe("");
    expect(nodesIn(written)).toContain(name);
    expect(result).toEqual({ ok: false, problems: [{ ...problem, message: `"${at}" may not be used: ${reason}.` }] });
  });

  test("what the grammar cannot read is refused, and so is a tree of another kind", () => {
    expect(nodesIn("x y")).toContain("⚠");
    expect(enforceProject("x y", "a").ok).toBe(false);
    const metricName = parser.configure({ top: "MetricName" }).parse("x");
    expect(() => readTree(metricName, "x")).toThrow(Refusal);
  });

  test("arithmetic in a duration is refused, whose operators are read elsewhere", () => {
    for (const duration of ["5m + 5m", "5m - 1m", "5m * 2", "5m / 2", "5m % 2", "5m ^ 2", "-5m", "(5m)"]) {
      expect(enforceProject(`rate(x[${duration}])`, "a")).toEqual({
        ok: false,
        problems: [{ message: "Write the duration out, for example 5m or 1h30m.", from: 7, to: 7 + duration.length }],
      });
    }
  });
});
