import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { renderGlobalRuleFile } from "../../configurator/render/rule-file.js";
import { enforceProjects } from "../../server/rules/promql/enforce-projects.js";
import { aGlobalRule } from "../configurator/support/config.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

/*
 * Project b exports series that make operators' expressions fail: the same twice but for one label, wherever one is
 * wanted. What is accepted does not fail; what fails is refused.
 */
const harm = "which would stop this rule for all projects";
const several = (operator: string, advice: string) =>
  `Several series may match one on the other side of ${operator}, ${harm}; write ${advice} (…) here.`;
const names = `Series of several metrics may become the same here, ${harm}; name one metric, or aggregate.`;
const written = (label: string) =>
  `Series that differ in ${label} alone become the same here, ${harm}; aggregate first, as in max without (${label}) (…).`;
const side = (advice: string) => `Series of this side may become the same, ${harm}; ${advice}.`;
const on = "max by (project, job)";

/** What an operator writes, what is marked, and why. */
const refused: readonly (readonly [text: string, marked: string, message: string])[] = [
  ["x / on (project, job) max by (project, job) (y)", "x", several("/", on)],
  ["max by (project) (x) - on (project, job) y", "y", several("-", on)],
  ["x / on (project, job) group_left y", "y", several("/", on)],
  ["x > on (project, job) group_right max without (l) (y)", "x", several(">", on)],
  ["x / ignoring (l) max without (l) (y)", "x", several("/", "max without (l)")],
  ["x + {__name__=~'x|y'}", "{__name__=~'x|y'}", several("+", "max without ()")],
  [
    "max by (project, l) (x) * on (project) max by (project) (y)",
    "max by (project, l) (x)",
    several("*", "max by (project)"),
  ],
  [
    "topk by (project) (2, x) / on (project) max by (project) (y)",
    "topk by (project) (2, x)",
    several("/", "max by (project)"),
  ],
  ["present_over_time({__name__=~'x|y'}[5m])", "present_over_time({__name__=~'x|y'}[5m])", names],
  ["-{__name__=~'x|y'}", "-{__name__=~'x|y'}", names],
  ["{__name__=~'x|y'} * 2", "{__name__=~'x|y'} * 2", names],
  ["{__name__=~'x|y'} > bool 2", "{__name__=~'x|y'} > bool 2", names],
  ["abs(x or {__name__=~'x|y'})", "abs(x or {__name__=~'x|y'})", names],
  ["{__name__=~'x|y'} * on () group_left vector(2)", "{__name__=~'x|y'}", side("name one metric, or aggregate")],
  [
    "max without (l) (x) * on (project, job) group_left (l) max by (project, job, l) (y)",
    "max by (project, job, l) (y)",
    several("*", on),
  ],
  ["x * on (project) group_left (l) topk by (project) (1, y)", "x", side("aggregate it without (l)")],
  ["vector(2) * on () group_right (l) x", "x", side("aggregate it without (l)")],
  ['label_replace(x, "l", "", "", "")', '"l"', written("l")],
  ['label_join(max by (project, l) (x), "l", "")', '"l"', written("l")],
];

/** What an operator may write, though it looks alike. */
const accepted: readonly string[] = [
  "x / y",
  "x{l=''} / ignoring (l) y{l=''}",
  "x == bool y",
  "max by (project) (x) / on (project, job) max by (project, job) (y)",
  "x / on (project, job) group_left max by (project, job) (y)",
  "max without (l) (x) * on (project, job) group_left (l) topk by (project, job) (1, y)",
  "topk by (project, job) (1, x) / on (project, job) bottomk by (project) (1, y)",
  "sum without (l) (x) / ignoring (l) max without (l, m) (y)",
  "{__name__=~'x|y'} > 1",
  "last_over_time({__name__=~'x|y'}[5m]) or x",
  "sum by (project) (rate(x[5m])) > 1 and on (project) {__name__=~'x|y'}",
  "max without () ({__name__=~'x|y'}) * 2",
  "count by (project) ({__name__=~'x|y'}) / on (project) absent(z{project='b'})",
  'count_values by (project) ("v", {__name__=~"x|y"}) * 2',
  'label_replace(max without (l) (x), "l", "", "", "")',
  'label_replace(max by (project) (x), "l", "", "", "")',
  "x * on () group_left vector(2)",
  "max_over_time((x / y)[1m:10s])",
];

describe("an operator's expression that a project's series could make fail", () => {
  test.each(refused)("%s is refused at %j: %s", (text, marked, message) => {
    const from = marked === "y" ? text.lastIndexOf(marked) : text.indexOf(marked);
    expect(enforceProjects(text)).toEqual({ ok: false, problems: [{ message, from, to: from + marked.length }] });
  });

  test.each(accepted)("%s is not, and is accepted", (text) => {
    expect(enforceProjects(text)).toMatchObject({ ok: true });
  });
});

describe("on a real Prometheus where project b does its worst", () => {
  let prometheus: Prometheus;
  const own = [{ job: "j" }, { job: "k" }];
  const hostile = [{ l: "1" }, { l: "2" }, { m: "1" }, { m: "2" }].flatMap((labels) =>
    ["p", "q"].map((severity) => ({ job: "j", ...labels, severity })),
  );
  const rules = [
    aGlobalRule("Plain", { expr: 'x{project!=""} > 0', for: "0s", severity: "page", labels: { l: "fixed" } }),
    aGlobalRule("Names", { expr: '{__name__=~"x|y",project!=""} > 0', for: "0s", labels: { inf: "1", without: "2" } }),
  ];

  beforeAll(async () => {
    const folder = await tempFolder("rules");
    const records = ["x", "y"].flatMap((record) => [
      ...own.map((labels) => ({ record, expr: "vector(1)", labels: { ...labels, project: "a" } })),
      ...hostile.map((labels) => ({ record, expr: "vector(1)", labels: { ...labels, project: "b" } })),
    ]);
    const unwrapped = rules.map(({ name, expr, labels, severity }) => ({
      alert: `${name}Unwrapped`,
      expr,
      labels: { ...labels, severity },
    }));
    const groups = [
      { name: "series", rules: records },
      { name: "unwrapped", rules: unwrapped },
    ];
    await writeFile(join(folder, "0.yml"), JSON.stringify({ groups }));
    await writeFile(join(folder, "1.yml"), renderGlobalRuleFile(rules) ?? "");
    const global = { evaluation_interval: "1s" };
    prometheus = await startPrometheus({ config: JSON.stringify({ global, rule_files: [join(folder, "*.yml")] }) });
    await waitFor(async () => (await prometheus.query('{__name__=~"x|y"}')).length === 20, { what: "the series" });
  });

  const failureOf = (text: string) => prometheus.query(text).then(() => undefined, String);

  test("what is refused would fail", async () => {
    const texts = refused.map(([text]) => text);
    const outcomes = await Promise.all(texts.map(failureOf));
    const passed = texts.filter((_, index) => outcomes[index] === undefined);
    // This one does not fail on these very series; on others it would.
    expect(passed).toEqual(["abs(x or {__name__=~'x|y'})"]);
  });

  test("what is accepted does not", async () => {
    for (const text of accepted) {
      const result = enforceProjects(text);
      expect(await failureOf(result.ok ? result.enforced : "")).toBeUndefined();
    }
  });

  test("labels that an alert overwrites make no two alerts the same, so the others' fire", async () => {
    interface Group {
      readonly rules: readonly {
        readonly name: string;
        readonly health: string;
        readonly lastError?: string;
        readonly alerts?: readonly { readonly labels: Record<string, string> }[];
      }[];
    }
    const found = await waitFor(
      async () => {
        const { groups } = (await prometheus.api("/api/v1/rules?type=alert")) as { groups: readonly Group[] };
        const all = groups.flatMap((group) => group.rules);
        return (
          all.length === 4 &&
          all.every(({ name, health, alerts = [] }) => {
            return name.endsWith("Unwrapped") ? health === "err" : alerts.length > 4;
          }) &&
          all
        );
      },
      { what: "the rules to be evaluated", deadlineMs: 25_000 },
    );
    const health = (name: string) => found.find((rule) => rule.name === name);
    const same = "vector contains metrics with the same labelset after applying alert labels";
    expect([health("PlainUnwrapped")?.lastError, health("NamesUnwrapped")?.lastError]).toEqual([same, same]);
    const labelsOf = (name: string) =>
      (health(name)?.alerts ?? [])
        .map(({ labels }) => Object.fromEntries(Object.entries(labels).sort()))
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    const plain = { alertname: "Plain", l: "fixed", severity: "page" };
    expect(labelsOf("Plain")).toEqual([
      { ...plain, job: "j", m: "1", project: "b" },
      { ...plain, job: "j", m: "2", project: "b" },
      { ...plain, job: "j", project: "a" },
      { ...plain, job: "j", project: "b" },
      { ...plain, job: "k", project: "a" },
    ]);
    expect(labelsOf("Names").filter(({ project }) => project === "a")).toHaveLength(2);
  });
});
