import { describe, expect, test } from "vitest";
import { enforceProjects } from "../../server/rules/promql/enforce-projects.js";

/** What an operator writes, and how it is stored. */
const accepted: Readonly<Record<string, string>> = {
  "up == 0": 'up{project!=""} == 0',
  'up{project!=""} == 0': 'up{project!=""} == 0',
  'up{project="a"}': 'up{project="a"}',
  'up{project=~"a|b"}': 'up{project=~"a|b",project!=""}',
  'up{project!~"a.*"}': 'up{project!~"a.*",project!=""}',
  'up{project!="a"}': 'up{project!="a",project!=""}',
  "(-x)": '(-x{project!=""})',
  "x > bool 1": 'x{project!=""} > bool 1',
  "time() - timestamp(x) > 60": 'time() - timestamp(x{project!=""}) > 60',
  "rate(x[5m] offset 1h) * (1 + 2)": 'rate(x{project!=""}[5m] offset 1h) * (1 + 2)',
  "max_over_time((x > 1)[5m:1m])": 'max_over_time((x{project!=""} > 1)[5m:1m])',
  "round(x, 0.1) and on () hour() > 8": 'round(x{project!=""}, 0.1) and on () hour() > 8',
  "x unless on () (vector(0) > 1)": 'x{project!=""} unless on () (vector(0) > 1)',
  "sum by (project, job) (x)": 'sum by (project, job) (x{project!=""})',
  "count without (instance) (x)": 'count without (instance) (x{project!=""})',
  "count without () (x)": 'count without () (x{project!=""})',
  "topk by (project) (3, x)": 'topk by (project) (3, x{project!=""})',
  "quantile by (project) (scalar(vector(0.9)), x)": 'quantile by (project) (scalar(vector(0.9)), x{project!=""})',
  'count_values by (project) ("v", x)': 'count_values by (project) ("v", x{project!=""})',
  "scalar(sum(vector(1))) + sum by (project) (x)": 'scalar(sum(vector(1))) + sum by (project) (x{project!=""})',
  "histogram_quantile(0.9, sum by (project, le) (rate(x[5m])))":
    'histogram_quantile(0.9, sum by (project, le) (rate(x{project!=""}[5m])))',
  "x / y": 'x{project!=""} / y{project!=""}',
  "x / ignoring (l) group_left max without (l) (y)":
    'x{project!=""} / ignoring (l) group_left () max without (l) (y{project!=""})',
  "max by (project, l) (x) / on (project, l) group_right max without (m) (y)":
    'max by (project, l) (x{project!=""}) / on (project, l) group_right () max without (m) (y{project!=""})',
  "x * on () group_left vector(2)": 'x{project!=""} * on () group_left () vector(2)',
  "vector(2) * on () group_right x": 'vector(2) * on () group_right () x{project!=""}',
  "x or y": 'x{project!=""} or y{project!=""}',
  "x and on (project) y": 'x{project!=""} and on (project) y{project!=""}',
  "x unless ignoring (l) y": 'x{project!=""} unless ignoring (l) y{project!=""}',
  'label_replace(max without (l) (x), "l", "$1", "project", "(.*)")':
    'label_replace(max without (l) (x{project!=""}), "l", "$1", "project", "(.*)")',
  'label_join(x{l=""}, "l", "-", "project", "job")': 'label_join(x{l="",project!=""}, "l", "-", "project", "job")',
  'absent(x{project="a"})': 'absent(x{project="a"})',
  'absent_over_time(x{project="a",job="j"}[5m] offset 1h)': 'absent_over_time(x{project="a",job="j"}[5m] offset 1h)',
  'absent(x{project="a"} offset 1h)': 'absent(x{project="a"} offset 1h)',
};

const noSeries = "This reads no series, so its alerts would belong to no project.";
const mixing = "scalar() mixes the series of all projects; compare series with series, on (project).";
const written = "The label project says whose a series is; write to another label.";
const grouped = (operator: string, advice: string) => `${advice} ${operator}, else the result belongs to no project.`;
const absent = (name: string) => `${name}() makes a series of no project; name one, as in ${name}(x{project="name"}).`;
const other = (operator: string) => `${operator} would give this too, which belongs to no project.`;
const joined = (operator: string, side: string) =>
  `This has no project, and ${operator} would keep its labels; join it with on () group_${side}, or use a scalar.`;
const across = (advice: string, operator: string) =>
  `${advice} (…): else ${operator} joins series of different projects.`;

/** What an operator writes, what is marked, and why. */
const refused: readonly (readonly [text: string, marked: string, message: string])[] = [
  ["vector(1)", "vector(1)", noSeries],
  ["time() > bool 5", "time() > bool 5", noSeries],
  ["absent(vector(1))", "absent(vector(1))", noSeries],
  ["sum(vector(1))", "sum(vector(1))", noSeries],
  [
    'x{project=""}',
    'project=""',
    "This asks for series of no project; watch those by rules in the base file of Prometheus.",
  ],
  ["sum(x)", "sum(x)", grouped("sum", "Add by (project) to")],
  ["sum by () (x)", "sum by () (x)", grouped("sum", "Add project to by (…) to")],
  ["sum by (job) (x)", "sum by (job) (x)", grouped("sum", "Add project to by (…) to")],
  [
    "1 - avg without (l, project) (x)",
    "avg without (l, project) (x)",
    grouped("avg", "Take project out of without (…) of"),
  ],
  ["topk(3, x)", "topk(3, x)", grouped("topk", "Add by (project) to")],
  ["sum by (project) (max(x))", "max(x)", grouped("max", "Add by (project) to")],
  ['count_values by (project) ("project", x)', '"project"', written],
  ["topk by (project) (scalar(y), x)", "scalar(y)", mixing],
  ["x > scalar(y)", "scalar(y)", mixing],
  ["vector(scalar(y))", "scalar(y)", mixing],
  ["clamp_max(x, scalar(y))", "scalar(y)", mixing],
  ["x / on (l) y", "on (l)", across("Add project to on", "/")],
  ["x == on () group_left y", "on () group_left", across("Add project to on", "==")],
  ["x / ignoring (l, project) y", "ignoring (l, project)", across("Take project out of ignoring", "/")],
  ["x and on (instance) y", "on (instance)", across("Add project to on", "and")],
  ["x unless on () y", "on ()", across("Add project to on", "unless")],
  ["x or on () y", "on ()", across("Add project to on", "or")],
  ["x or vector(0)", "vector(0)", other("or")],
  ["vector(0) or x", "vector(0)", other("or")],
  ["hour() and on () x", "hour()", other("and")],
  ["vector(1) unless x", "vector(1)", other("unless")],
  ["x * vector(2)", "vector(2)", joined("*", "left")],
  ["x * on () vector(2)", "vector(2)", joined("*", "left")],
  ["x * on () group_right vector(2)", "vector(2)", joined("*", "left")],
  ["hour() > on () group_left x", "hour()", joined(">", "right")],
  ["x * on () group_left (project) vector(2)", "vector(2)", joined("*", "left")],
  ['label_replace(x, "project", "b", "", "")', '"project"', written],
  ['label_join(x, ("project"), "", "l")', '"project"', written],
  ["absent(x)", "absent(x)", absent("absent")],
  ['absent(x{project=~"a"})', 'absent(x{project=~"a"})', absent("absent")],
  ['absent(x{project="a",project!="b"})', 'absent(x{project="a",project!="b"})', absent("absent")],
  ['absent((x{project="a"}))', 'absent((x{project="a"}))', absent("absent")],
  ['absent(x{project="a"} @ 5)', 'absent(x{project="a"} @ 5)', absent("absent")],
  ['absent(x{project="a"} > 1)', 'absent(x{project="a"} > 1)', absent("absent")],
  ['absent_over_time(x{project="a"}[1h:1m])', 'absent_over_time(x{project="a"}[1h:1m])', absent("absent_over_time")],
  ['absent_over_time(x{project="a"}[5m] @ 5)', 'absent_over_time(x{project="a"}[5m] @ 5)', absent("absent_over_time")],
];

describe("an operator's expression", () => {
  test.each(Object.entries(accepted))("%s is stored as %s", (text, stored) => {
    expect(enforceProjects(text)).toEqual({ ok: true, enforced: stored });
    expect(enforceProjects(stored)).toEqual({ ok: true, enforced: stored });
  });

  test.each(refused)("%s is refused at %j: %s", (text, marked, message) => {
    const from = text.indexOf(marked);
    expect(enforceProjects(text)).toEqual({ ok: false, problems: [{ message, from, to: from + marked.length }] });
  });

  test("with several mistakes is told all of them, each once", () => {
    const result = enforceProjects('sum(x) / max(y{project=""}) > scalar(z)');
    expect(result.ok ? [] : result.problems.map(({ message, from }) => [from, message])).toEqual([
      [15, "This asks for series of no project; watch those by rules in the base file of Prometheus."],
      [0, grouped("sum", "Add by (project) to")],
      [9, grouped("max", "Add by (project) to")],
      [30, mixing],
    ]);
  });
});
