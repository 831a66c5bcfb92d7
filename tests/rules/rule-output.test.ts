import "reflect-metadata";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { renderRuleFile } from "../../configurator/render/rule-file.js";
import { UserErrors } from "../../server/graph/user-error.js";
import { checkAlerting, checkRule } from "../../server/rules/check-rule.js";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { RecordingRule } from "../../server/rules/recording-rule.js";
import { anAlert, aProject, aRecording, aTier } from "../configurator/support/config.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

/* What the rules of project a leave behind on a real Prometheus that holds series of a and of b (-437, as no time reads). */
/** Expressions by the name of the rule that has them; those in `spoofing` the server refuses, the agent does not. */
const expressions: Readonly<Record<string, string>> = {
  absent: 'absent(nope{project="a"})',
  absent_without_label: 'absent((nope{project="a"}))',
  constant: "vector(1)",
  time: "vector(time())",
  sum: 'sum(secret{project="a"})',
  without_project: 'sum without (project) (secret{project="a"})',
  counted: 'count_values("value", secret{project="a"})',
  own_series: 'count({__name__=~".+",project="a"})',
  alerts: 'count(ALERTS{project="a"})',
};
const spoofing: Readonly<Record<string, string>> = {
  replaced: 'label_replace(secret{project="a"}, "project", "b", "", "")',
  joined: 'label_join(secret{project="a"}, "project", "", "victim")',
  counted_as_project: 'count_values("project", secret{project="a"} * 0)',
};
const all = { ...expressions, ...spoofing };

let prometheus: Prometheus;

beforeAll(async () => {
  const folder = await tempFolder("rules");
  const records = (["a", "b"] as const).map((project) => {
    const labels = { project, victim: "b" };
    return { record: "secret", expr: `vector(${project === "a" ? 2 : -437})`, labels };
  });
  await writeFile(join(folder, "0-series.yml"), JSON.stringify({ groups: [{ name: "series", rules: records }] }));
  const rules = Object.entries(all).flatMap(([name, enforcedExpr]) => [
    anAlert("a", name, { enforcedExpr, for: "0s", annotations: { text: "{{ $labels }} {{ $value }}" } }),
    aRecording("a", `out:${name}`, { enforcedExpr }),
  ]);
  const { text = "", problems } = renderRuleFile(aProject("a", { rules, extraLabels: { team: "x" } }), aTier());
  expect(problems).toEqual([]);
  await writeFile(join(folder, "a.yml"), text);
  const global = { evaluation_interval: "1s" };
  prometheus = await startPrometheus({ config: JSON.stringify({ global, rule_files: [join(folder, "*.yml")] }) });
});

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

describe("what a project's rules leave behind", () => {
  test("carries that project's name, whatever the expression does to it", async () => {
    const names = Object.keys(all).sort();
    const alerts = await waitFor(
      async () => {
        const data = (await prometheus.api("/api/v1/alerts")) as { alerts: readonly Alert[] };
        return names.every((name) => data.alerts.some(({ labels }) => labels.alertname === name)) && data.alerts;
      },
      { what: "an alert of each rule", deadlineMs: 25_000 },
    );
    expect(alerts.filter(({ labels }) => labels.project !== "a")).toEqual([]);
    expect(alerts.filter(({ annotations }) => annotations.text?.includes("-437"))).toEqual([]);
    const recorded = await waitFor(
      async () => {
        const samples = await prometheus.query('{__name__=~"out:.*"}');
        return names.every((name) => samples.some(({ labels }) => labels.__name__ === `out:${name}`)) && samples;
      },
      { what: "a series of each rule", deadlineMs: 25_000 },
    );
    expect(recorded.filter(({ labels }) => labels.project !== "a")).toEqual([]);
    expect(recorded.filter(({ value }) => value === -437)).toEqual([]);
  });

  test("is of the project's own expressions alone: the server takes none that writes its label", () => {
    const isTaken = (expr: string) => enforceProject(expr, "a").ok;
    expect(
      Object.entries(all)
        .filter(([, expr]) => isTaken(expr))
        .map(([name]) => name),
    ).toEqual(Object.keys(expressions));
  });
});

const alerting = {
  name: "A",
  for: "1m",
  keepFiringFor: null,
  severity: "warning",
  labels: {},
  annotations: {},
  interval: null,
};
function mistakesOf(check: (errors: UserErrors) => void): readonly string[] {
  const errors = new UserErrors();
  check(errors);
  return errors.list.map(({ path, message }) => `${path.slice(1).join(".")}: ${message}`);
}

describe("the labels and annotations of a rule", () => {
  const reserved = (name: string) => `labels.${name}: "${name}" is a reserved name.`;
  const own = (name: string) =>
    `labels.${name}: A label name must not begin with "__": Prometheus keeps these to itself.`;

  test("name nothing that says whose an alert is, how grave, or what it is called", () => {
    const labels = { project: "b", severity: "x", alertname: "Y", __name__: "up", __project__: "b", team: "ok" };
    expect(mistakesOf((errors) => checkAlerting({ ...alerting, labels }, errors))).toEqual([
      reserved("project"),
      reserved("severity"),
      reserved("alertname"),
      own("__name__"),
      own("__project__"),
    ]);
    const recording = (own: object) =>
      Object.assign(new RecordingRule(), { name: "a:b", labels: {}, interval: null }, own);
    expect(mistakesOf((errors) => checkRule(recording({ labels: { project: "b", __name__: "up" } }), errors))).toEqual([
      reserved("project"),
      own("__name__"),
    ]);
    for (const name of ["ALERTS", "ALERTS_FOR_STATE", "up", "scrape_samples_scraped"]) {
      expect(mistakesOf((errors) => checkRule(recording({ name }), errors))).toEqual([
        `name: "${name}" is a series of Prometheus itself; choose another name, such as job:requests:rate5m.`,
      ]);
    }
  });

  test.each([
    "project ",
    "Pröject",
    "pro\u200bject",
    "project\u0000",
    "project\n",
    '"project"',
    "a.b",
    "a-b",
    "",
    "{{ `project` }}",
  ])("are not named %j, which is no name for a label", (name) => {
    const [mistake] = mistakesOf((errors) => checkAlerting({ ...alerting, labels: { [name]: "b" } }, errors));
    expect(mistake).toBe(`labels.${name}: A label name is letters, digits and "_", and does not begin with a digit.`);
  });

  test("are templates that query nothing; the severity and the name are no templates at all", () => {
    const query = '{{ query "s{project=\\"b\\"}" }}';
    const only = '"query" may not be used: a template may only read $labels and $value, and format them.';
    const rule = {
      ...alerting,
      labels: { l: query },
      annotations: { a: `{{ with ${query.slice(3, -3)} }}{{ . }}{{ end }}` },
    };
    expect(mistakesOf((errors) => checkAlerting(rule, errors))).toEqual([
      `labels.l: Column 4: ${only}`,
      'annotations.a: Column 4: "with" may not be used: write {{ if … }} and $labels instead.',
      'annotations.a: Column 39: "." may not be used: a template may only read $labels and $value, and format them.',
    ]);
    expect(mistakesOf((errors) => checkAlerting({ ...alerting, severity: query, name: query }, errors))).toEqual([
      'name: A name must not hold "{{" or "}}".',
      'severity: The severity must not hold "{{" or "}}".',
    ]);
  });
});
