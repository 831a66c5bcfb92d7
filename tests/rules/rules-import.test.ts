import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@metricsinfra/sdk";
import { beforeAll, expect, it } from "vitest";
import { renderRuleFile } from "../../configurator/render/rule-file.js";
import { aTier } from "../configurator/support/config.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase, describeOnEachDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
const mutation = `mutation ($input: RulesImportInput!, $dryRun: Boolean! = false) { rulesImport(input: $input, dryRun: $dryRun) {
  revision userErrors { code message path }
  results { group kind name line outcome notes userErrors { code message path } rule { name expr interval labels
    ... on AlertingRule { severity for keepFiringFor annotations } } }
} }`;

const file = `groups:
  - name: web
    interval: 2m
    limit: 10
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
        labels: {team: web}
      - alert: Down
        expr: |
          up{job="web"}
            == 0
        for: 5m
        keep_firing_for: 10m
        labels: {severity: critical, team: web}
        annotations: {summary: "{{ $labels.instance }} is down"}
      - alert: Silent
        expr: absent(up)
  - name: odd
    query_offset: 1m
    rules:
      - {record: a, expr: up}
  - name: broken
    rules:
      - {alert: NoExpr}
      - {alert: Bad, expr: "up =="}
      - {alert: Query, expr: up, annotations: {summary: '{{ query "up" }}'}}
      - {record: job:up:sum, expr: sum(up), labels: {team: web}}
      - {alert: A, record: B, expr: up, severity: high}
      - just a text
`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let project = "";
  let member = "";

  beforeAll(async () => {
    app = await startApp(database.settings, { limits: { tiers: { default: { rules: 4 } } } });
    const created = await app.data(
      app.operator,
      'mutation { projectCreate(input: { name: "tools" }) { project { id } } }',
    );
    project = created.projectCreate.project.id;
    member = await app.token({ [project]: "MEMBER" });
  });
  const importing = async (document: string, dryRun = false) =>
    (await app.data(member, mutation, { input: { project, document }, dryRun })).rulesImport;
  const outcomes = (payload: { results: { name: string; outcome: string }[] }) =>
    payload.results.map(({ name, outcome }) => `${name}: ${outcome}`);

  it("says of each rule what became of it, and why; the same file again changes nothing", async () => {
    const dry = await importing(file, true);
    expect([dry.revision, dry.results[0].rule, dry.results[0].outcome]).toEqual([null, null, "CREATED"]);
    const before = (await app.data(app.operator, "{ revision }")).revision;
    const done = await importing(file);
    expect(done.revision).toBe(before + 1);
    expect(done.userErrors).toEqual([]);
    const limit = "The group's limit is not kept: the project's own limits apply.";
    const accepted = (rest: object) => ({ group: "web", outcome: "CREATED", userErrors: [], ...rest });
    const common = { interval: "2m", labels: { team: "web" } };
    expect(done.results.slice(0, 3)).toEqual([
      accepted({
        kind: "RECORDING",
        name: "job:up:sum",
        line: 6,
        notes: [limit],
        rule: { name: "job:up:sum", expr: "sum by (job) (up)", ...common },
      }),
      accepted({
        kind: "ALERTING",
        name: "Down",
        line: 9,
        notes: [limit],
        rule: {
          name: "Down",
          expr: 'up{job="web"}\n  == 0',
          ...common,
          severity: "critical",
          for: "5m",
          keepFiringFor: "10m",
          annotations: { summary: "{{ $labels.instance }} is down" },
        },
      }),
      accepted({
        kind: "ALERTING",
        name: "Silent",
        line: 17,
        notes: [limit, 'It names no severity and gets "warning".'],
        rule: {
          name: "Silent",
          expr: "absent(up)",
          interval: "2m",
          labels: {},
          severity: "warning",
          for: "0s",
          keepFiringFor: null,
          annotations: {},
        },
      }),
    ]);
    const refused = done.results.slice(3).map(({ name, line, outcome, rule, userErrors }: typeof done.results) => {
      return [name, line, outcome, rule, userErrors.map(({ message }: { message: string }) => message)];
    });
    expect(refused).toEqual([
      [
        "a",
        22,
        "REFUSED",
        null,
        ['Its group has "query_offset", which changes what its rules mean and is not known here.'],
      ],
      ["NoExpr", 25, "REFUSED", null, ['It has no "expr".']],
      ["Bad", 26, "REFUSED", null, [expect.stringMatching(/^Column 6: /)]],
      ["Query", 27, "REFUSED", null, [expect.stringContaining("query")]],
      [
        "job:up:sum",
        28,
        "REFUSED",
        null,
        ["The project has a recording rule with this name and these labels already."],
      ],
      ["A", 29, "REFUSED", null, ['A rule has no "severity".', 'It must have either "alert" or "record".']],
      [null, 30, "REFUSED", null, ["A rule must be a map."]],
    ]);

    const again = await importing(file);
    expect([again.revision, outcomes(again).slice(0, 3)]).toEqual([
      null,
      ["job:up:sum: UNCHANGED", "Down: UNCHANGED", "Silent: UNCHANGED"],
    ]);
    const changed = await importing(file.replace("for: 5m", "for: 6m"));
    expect([changed.revision, outcomes(changed).slice(0, 3)]).toEqual([
      before + 2,
      ["job:up:sum: UNCHANGED", "Down: UPDATED", "Silent: UNCHANGED"],
    ]);
  });

  it("writes nothing of a file that is none, is too large, or would give the project too many rules", async () => {
    const told = async (document: string) => {
      const { results, revision, userErrors } = await importing(document);
      expect(revision).toBeNull();
      return [
        results.length,
        ...userErrors.map(({ code, message }: { code: string; message: string }) => `${code} ${message}`),
      ];
    };
    expect(await told("groups: [")).toEqual([0, expect.stringMatching(/^INVALID Line 1: /)]);
    expect(await told("just text")).toEqual([0, 'INVALID The file must hold a list "groups".']);
    expect(await told("groups: []\nroute: x")).toEqual([0, 'INVALID Beside "groups" it holds "route".']);
    expect(await told("x".repeat(200_001))).toEqual([0, "LIMIT At most 200000 bytes. Import it in parts."]);
    const many = (count: number) =>
      `groups: [{name: g, rules: [${Array.from({ length: count }, (_, i) => `{record: "r${i}", expr: up}`).join()}]}]`;
    expect(await told(many(501))).toEqual([
      0,
      "LIMIT At most 500 rules at a time; these are 501. Import them in parts.",
    ]);
    expect(await told(many(2))).toEqual([2, expect.stringMatching(/^LIMIT .*4 rules/)]);
    const deep = `groups: ${"[".repeat(5_000)}${"]".repeat(5_000)}`;
    expect(await told(deep)).toEqual([0, "INVALID The file is nested too deeply."]);
  });
});

it("takes what people published, and the real Prometheus loads all of it that was accepted", async () => {
  const app = await startApp(await createSqliteDatabase(), { limits: { tiers: { default: { rules: 1_000 } } } });
  const agent = createClient({ url: app.url, token: await app.token("AGENT") });
  const folder = await tempFolder("imported-rules");
  const names = (await readdir(fixtures)).filter((name) => name.endsWith(".yml"));
  const counts = { accepted: 0, loaded: 0 };
  const refused: string[] = [];
  for (const [index, name] of names.entries()) {
    const create = `mutation { projectCreate(input: { name: "p${index}" }) { project { id } } }`;
    const { id } = (await app.data(app.operator, create)).projectCreate.project;
    const document = await readFile(join(fixtures, name), "utf8");
    const { results, userErrors } = (await app.data(app.operator, mutation, { input: { project: id, document } }))
      .rulesImport;
    expect(userErrors, name).toEqual([]);
    for (const result of results) {
      if (result.outcome === "CREATED") counts.accepted++;
      else refused.push(`${name} ${result.name}: ${result.userErrors[0]?.message}`);
    }
    const config = await agent.projectConfig(id);
    const rendered = config && renderRuleFile(config, aTier());
    expect(rendered?.problems, name).toEqual([]);
    if (rendered?.text !== undefined) await writeFile(join(folder, `p${index}.yml`), rendered.text);
  }
  const prometheus = await startPrometheus({
    port: await freePort(),
    config: JSON.stringify({ rule_files: [join(folder, "*.yml")] }),
  });
  const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: { rules: object[] }[] };
  counts.loaded = groups.reduce((sum, { rules }) => sum + rules.length, 0);
  expect(counts.loaded).toBe(counts.accepted);
  expect([names.length, counts.accepted, refused]).toMatchInlineSnapshot(`
    [
      56,
      508,
      [],
    ]
  `);
});
