import { createClient } from "@metricsinfra/sdk";
import { beforeAll, expect, it } from "vitest";
import { allPacks } from "../../server/rules/packs/all-packs.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Sql, sqlOn } from "../support/sql.js";

const node = allPacks.find(({ name }) => name === "node")?.rules ?? [];
const runbook = "https://wiki.example.org/runbooks/NodeFilesystemFull";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;

  const operator = () => createClient({ url: app.url, token: app.operator });
  const installed = async () => {
    const rules = await operator().globalRules.list().toArray({ limit: 200 });
    return new Map(rules.filter(({ pack }) => pack === "node").map((rule) => [rule.name, rule]));
  };
  const there = async (name: string) => {
    const rule = (await installed()).get(name);
    if (rule === undefined) throw new Error(`${name} is not there.`);
    return rule;
  };

  beforeAll(async () => {
    const rulePacks = { runbookUrl: "https://wiki.example.org/runbooks/{alert}" };
    app = await startApp(database.settings, { rulePacks });
    sql = await sqlOn(database.settings);
  });

  it("shows what there is to install", async () => {
    const packs = await operator().rulePacks.list();
    expect(packs.map(({ name, rules }) => [name, rules.length])).toEqual([
      ["alertmanager", 7],
      ["blackbox", 6],
      ["node", 20],
      ["prometheus", 16],
    ]);
    const full = packs.find(({ name }) => name === "node")?.rules.find(({ name }) => name === "NodeFilesystemFull");
    expect(full).toMatchObject({
      for: "5m",
      severity: "critical",
      annotations: { runbook_url: runbook },
      parameters: [{ name: "threshold", type: "NUMBER", default: "97", min: "0", max: "100", unit: "%" }],
    });
  });

  it("says which packs there are when it has none of that name, and writes nothing in a dry run", async () => {
    const client = operator();
    const none = await client.rulePacks.install("nodes", { throwOnUserErrors: false });
    expect(none).toEqual({
      rules: [],
      revision: null,
      userErrors: [
        {
          code: "INVALID",
          message: 'There is no rule pack "nodes". There are "alertmanager", "blackbox", "node", "prometheus".',
          path: ["pack"],
        },
      ],
    });
    const dry = await client.rulePacks.install("node", { dryRun: true });
    expect(dry.rules).toEqual(node.map(({ name }) => ({ name, outcome: "CREATED", kept: [], globalRule: null })));
    expect(await installed()).toEqual(new Map());
  });

  it("makes global rules of all of its rules in one revision, which projects may override", async () => {
    const client = operator();
    const before = await client.revision();
    const done = await client.rulePacks.install("node");
    expect(done.revision).toBe(before + 1);
    expect(done.rules.map(({ name, outcome, kept }) => [name, outcome, kept])).toEqual(
      node.map(({ name }) => [name, "CREATED", []]),
    );
    expect(await there("NodeFilesystemFull")).toMatchObject({
      enforcedExpr: expect.stringMatching(/node_filesystem_avail_bytes\{fstype!~".*",project!=""\}.* > 97 and /),
      enforcedAnnotations: {
        summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} is full",
        description: expect.stringContaining("the limit is 97 %"),
        runbook_url: runbook,
      },
      overridable: true,
      enabled: true,
      mode: "PER_PROJECT",
      pack: "node",
    });
    const { projects, globalRules } = client;
    const { project } = await projects.create({ name: "tight" });
    const { id: globalRule } = await there("NodeFilesystemFull");
    const override = await globalRules.override(
      { project: project.id, globalRule },
      { parameters: { threshold: "85" } },
    );
    expect(override.globalRuleOverride.effective).toMatchObject({
      expr: expect.stringMatching(/project="tight".* > 85 and /),
      annotations: { description: expect.stringContaining("the limit is 85 %") },
    });
  });

  it("changes nothing when it is there", async () => {
    const { revision, rules } = await operator().rulePacks.install("node");
    expect([revision, new Set(rules.map(({ outcome }) => outcome))]).toEqual([null, new Set(["UNCHANGED"])]);
  });

  it("leaves what operators changed, brings the rest up to date, and brings back what they deleted", async () => {
    const client = operator();
    // As an older version of the pack had them.
    const older = { expr: "node_textfile_scrape_error > 7", severity: "critical" };
    const textfile = await there("NodeTextfileUnreadable");
    const full = await there("NodeFilesystemFull");
    const rebooted = await there("NodeRebooted");
    await client.globalRules.update(textfile.id, older);
    const { enforcedExpr } = await there("NodeTextfileUnreadable");
    await sql("UPDATE global_rule SET pack_base = ? WHERE id = ?", [
      JSON.stringify({
        expr: enforcedExpr,
        for: "15m",
        severity: "critical",
        annotations: textfile.annotations,
        parameters: null,
      }),
      textfile.id,
    ]);
    await client.globalRules.update(full.id, { severity: "page", enabled: false });
    await client.globalRules.remove(rebooted.id);

    const { rules } = await client.rulePacks.install("node");
    expect(rules.filter(({ outcome, kept }) => outcome !== "UNCHANGED" || kept.length > 0)).toEqual([
      { name: "NodeFilesystemFull", outcome: "UNCHANGED", kept: ["severity"], globalRule: expect.anything() },
      { name: "NodeRebooted", outcome: "CREATED", kept: [], globalRule: expect.anything() },
      { name: "NodeTextfileUnreadable", outcome: "UPDATED", kept: [], globalRule: expect.anything() },
    ]);
    expect(await there("NodeFilesystemFull")).toMatchObject({ severity: "page", enabled: false, version: 2 });
    expect(await there("NodeTextfileUnreadable")).toMatchObject({ expr: textfile.expr, severity: "info" });
  });

  it("reads a pack by one statement, however many rules it has, and is for operators alone", async () => {
    const few = await app.statementsOf(() => operator().rulePacks.install("node"));
    expect(few.length).toBeLessThanOrEqual(3);
    const reader = createClient({ url: app.url, token: await app.token("READER") });
    await expect(reader.rulePacks.install("node")).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
