import { createClient } from "@metricsinfra/sdk";
import { beforeAll, expect, it } from "vitest";
import { renderGlobalRuleFile, renderRuleFile } from "../../configurator/render/rule-file.js";
import { aTier } from "../configurator/support/config.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const outcome = "diff { field before after } revision userErrors { code message path }";
const effective = `overridden expr for severity annotations parameters enabled problem`;
const set = `mutation ($project: ID!, $globalRule: ID!, $input: GlobalRuleOverrideInput!, $dryRun: Boolean! = false) {
  globalRuleOverrideSet(project: $project, globalRule: $globalRule, input: $input, dryRun: $dryRun) {
    globalRuleOverride { id parameters severity for enabled version project { name } effective { ${effective} } } ${outcome} }
}`;
const clear = `mutation ($project: ID!, $globalRule: ID!, $expectedVersion: Int) {
  globalRuleOverrideClear(project: $project, globalRule: $globalRule, expectedVersion: $expectedVersion) { deletedId ${outcome} }
}`;
const update = `mutation ($id: ID!, $input: GlobalRuleUpdateInput!) {
  globalRuleUpdate(id: $id, input: $input) { globalRule { enforcedExpr } ${outcome} }
}`;
const listed = `query ($id: ID!) { node(id: $id) { ... on Project {
  globalRules { totalCount nodes { globalRule { name } override { severity } ${effective} } } overriddenGlobalRules { globalRule { name } }
} } }`;
const changed =
  "query ($since: Int!) { changedProjects(sinceRevision: $since) { globalRulesRevision nodes { name } } }";

const parameter = (rest: object = {}) => ({
  name: "threshold",
  type: "NUMBER",
  description: "How full a filesystem may be.",
  default: "90",
  min: "1",
  max: "100",
  unit: "%",
  ...rest,
});
const diskFull = {
  name: "DiskFull",
  expr: "disk_used_percent > <<threshold>> and disk_used_percent offset 5m > <<threshold>>",
  annotations: { summary: "{{ $labels.instance }} is more than <<threshold>> % full" },
  parameters: [parameter()],
  overridable: true,
  for: "5m",
};

/** The rule that tells the common one to leave the project out. */
function markOf(project: string, rule: string): string {
  return `      - record: metricsinfra_overridden
        expr: 'vector(1)'
        labels:
          project: ${project}
          rule: ${rule}
`;
}

describeOnEachDatabase((database) => {
  let app: TestApp;
  let url: string;
  let agent: string;
  let rule: string;
  let fixed: string;
  const projects: Record<string, { id: string; admin: string; member: string }> = {};

  const created = async (input: object) => {
    const query =
      "mutation ($input: GlobalRuleCreateInput!) { globalRuleCreate(input: $input) { globalRule { id } userErrors { path message } } }";
    return (await app.data(app.operator, query, { input })).globalRuleCreate;
  };
  const override = async (name: string, input: object, rest: object = {}) => {
    const variables = { project: projects[name]?.id, globalRule: rule, input, ...rest };
    return (await app.data(projects[name]?.admin ?? "", set, variables)).globalRuleOverrideSet;
  };
  const rulesOf = async (name: string) => {
    const { id = "", admin = "" } = projects[name] ?? {};
    return (await app.data(admin, listed, { id })).node;
  };
  /** What an agent writes: the file over all projects, and those of projects, by name. */
  const files = async () => {
    const client = createClient({ url, token: agent });
    const written: Record<string, string | undefined> = {};
    for await (const page of client.changes({ sinceRevision: 0, globalRules: true })) {
      for (const { config } of page.projects) {
        if (config === null) continue;
        const { text, problems } = renderRuleFile(config, aTier());
        expect(problems).toEqual([]);
        written[config.name] = text;
      }
      if (page.globalRules !== null) written._global = renderGlobalRuleFile(page.globalRules);
    }
    return written;
  };

  beforeAll(async () => {
    app = await startApp(database.settings);
    url = app.url;
    agent = await app.token("AGENT");
    for (const name of ["one", "other", "third"]) {
      const query = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
      const { id } = (await app.data(app.operator, query, { name })).projectCreate.project;
      projects[name] = { id, admin: await app.token({ [id]: "ADMIN" }), member: await app.token({ [id]: "MEMBER" }) };
    }
    rule = (await created(diskFull)).globalRule.id;
    fixed = (await created({ name: "Down", expr: "up == 0" })).globalRule.id;
  });

  it("says what is wrong with parameters", async () => {
    const wrong = [
      parameter({ name: "Threshold" }),
      parameter({ default: "101" }),
      parameter({ name: "unused" }),
      parameter({ name: "window", type: "DURATION", default: "5", min: null, max: null }),
    ];
    const { userErrors, globalRule } = await created({
      ...diskFull,
      expr: "a > <<threshold>> and a offset <<window>> > <<missing>>",
      annotations: { summary: "<<nothing>>" },
      parameters: wrong,
    });
    expect(globalRule).toBeNull();
    expect(userErrors.map(({ path }: { path: string[] }) => path.slice(1).join("."))).toEqual([
      "parameters.0.name",
      "parameters.1.default",
      "parameters.2.name",
      "parameters.3.default",
      "expr",
      "annotations.summary",
      "expr",
    ]);
  });

  it("gives every project the rule with the parameters' defaults", async () => {
    expect(await rulesOf("one")).toEqual({
      globalRules: {
        totalCount: 2,
        nodes: [
          {
            globalRule: { name: "DiskFull" },
            override: null,
            overridden: false,
            expr: 'disk_used_percent{project="one"} > 90 and disk_used_percent{project="one"} offset 5m > 90',
            for: "5m",
            severity: "warning",
            annotations: { summary: "{{ $labels.instance }} is more than 90 % full" },
            parameters: { threshold: "90" },
            enabled: true,
            problem: null,
          },
          expect.objectContaining({ globalRule: { name: "Down" }, expr: 'up{project="one"} == 0', parameters: {} }),
        ],
      },
      overriddenGlobalRules: [],
    });
    expect((await files())._global).toContain(
      'disk_used_percent{project!=""} > 90 and disk_used_percent{project!=""} offset 5m > 90',
    );
  });

  it("lets a project's administrator override the rule, for that project alone", async () => {
    const { revision: before } = await app.data(app.operator, "{ revision }");
    const { globalRulesRevision } = (await app.data(agent, changed, { since: 0 })).changedProjects;
    const dry = await override("one", { parameters: { threshold: "80.5" } }, { dryRun: true });
    expect([dry.globalRuleOverride, dry.revision, dry.userErrors]).toEqual([null, null, []]);
    const done = await override("one", { parameters: { threshold: "80.5" }, severity: "page", for: "1m" });
    expect(done).toEqual({
      globalRuleOverride: {
        id: expect.stringMatching(/^gro_/),
        parameters: { threshold: "80.5" },
        severity: "page",
        for: "1m",
        enabled: true,
        version: 1,
        project: { name: "one" },
        effective: {
          overridden: true,
          expr: 'disk_used_percent{project="one"} > 80.5 and disk_used_percent{project="one"} offset 5m > 80.5',
          for: "1m",
          severity: "page",
          annotations: { summary: "{{ $labels.instance }} is more than 80.5 % full" },
          parameters: { threshold: "80.5" },
          enabled: true,
          problem: null,
        },
      },
      diff: [
        { field: "globalRule", before: null, after: rule },
        { field: "parameters", before: null, after: { threshold: "80.5" } },
        { field: "severity", before: null, after: "page" },
        { field: "for", before: null, after: "1m" },
        { field: "enabled", before: null, after: true },
      ],
      revision: before + 1,
      userErrors: [],
    });
    const { changedProjects } = await app.data(agent, changed, { since: before });
    expect(changedProjects).toEqual({ globalRulesRevision, nodes: [{ name: "one" }] });
    const { _global, one, other } = await files();
    expect(_global).toContain(`> 90) unless on (project) metricsinfra_overridden{project!="",rule="${rule}"}`);
    expect(_global).toContain('up{project!=""} == 0');
    expect(one).toBe(`groups:
  - name: one/overridden/default
    rules:
${markOf("one", rule)}      - alert: DiskFull
        expr: 'max without (alertname, severity) (disk_used_percent{project="one"} > 80.5 and disk_used_percent{project="one"} offset 5m > 80.5)'
        for: '1m'
        labels:
          severity: page
          project: one
        annotations:
          summary: '{{ $labels.instance }} is more than 80.5 % full'
          metricsinfra_rule_id: ${rule}
`);
    expect(other).toBeUndefined();
  });

  it("takes a project out altogether where it is switched off, and keeps what an input leaves out", async () => {
    await override("other", { severity: "info", enabled: false });
    expect((await override("other", { for: "2m" })).globalRuleOverride).toMatchObject({
      severity: "info",
      for: "2m",
      enabled: false,
      version: 2,
    });
    const { other } = await files();
    expect(other).toBe(`groups:\n  - name: other/overridden/default\n    rules:\n${markOf("other", rule)}`);
  });

  it("refuses what is wrong, and whoever may not", async () => {
    const refused = async (input: object, rest: object = {}) =>
      (await override("third", input, rest)).userErrors.map(
        ({ code, path, message }: Record<string, string>) => `${code} ${path}: ${message}`,
      );
    expect(await refused({})).toEqual(["INVALID input: It changes nothing. Give a value, or clear the override."]);
    expect(await refused({ parameters: { threshold: "101" } })).toEqual([
      "INVALID input,parameters,threshold: The most is 100.",
    ]);
    expect(await refused({ parameters: { limit: "1" }, for: "31d" })).toEqual([
      'INVALID input,parameters,limit: The rule has no parameter "limit"; it has "threshold".',
      "INVALID input,for: The most is 30d.",
    ]);
    expect(await refused({ parameters: { threshold: "1) or (up" } })).toEqual([
      "INVALID input,parameters,threshold: A number is written in decimal digits, such as 90 or 0.5.",
    ]);
    expect(await refused({ severity: "page" }, { globalRule: fixed })).toEqual([
      "POLICY globalRule: The operators let no project override this rule. Ask them to.",
    ]);
    expect(await refused({ severity: "page", expectedVersion: 1 })).toEqual([
      "CONFLICT input,expectedVersion: The project does not override the rule any more. Read it again, then repeat your change.",
    ]);
    const { id = "", member = "" } = projects.third ?? {};
    const variables = { project: id, globalRule: rule, input: { severity: "page" } };
    const codeOf = async (token: string) => (await app.graphql(token, set, variables)).errors?.[0]?.extensions.code;
    expect(await codeOf(member)).toBe("FORBIDDEN");
    expect(await codeOf(projects.one?.admin ?? "")).toBe("NOT_FOUND");
  });

  it("says what of an override does not count once the rule changed, and lets agents hear of it", async () => {
    const { revision: since } = await app.data(app.operator, "{ revision }");
    const parameters = [parameter({ name: "limit" })];
    const input = { parameters, expr: "disk_used_percent > <<limit>>", annotations: {} };
    expect((await app.data(app.operator, update, { id: rule, input })).globalRuleUpdate.userErrors).toEqual([]);
    const { changedProjects } = await app.data(agent, changed, { since });
    expect(changedProjects.nodes.map(({ name }: { name: string }) => name).toSorted()).toEqual(["one", "other"]);
    const { nodes } = (await rulesOf("one")).globalRules;
    expect(nodes[0]).toMatchObject({
      expr: 'disk_used_percent{project="one"} > 90',
      severity: "page",
      problem: 'The parameter "threshold" does not count: The rule has no parameter "threshold"; it has "limit".',
    });
    await app.data(app.operator, update, { id: rule, input: { overridable: false } });
    expect((await rulesOf("one")).globalRules.nodes[0]).toMatchObject({
      severity: "warning",
      problem: "The operators let nobody override this rule any more.",
    });
    const { _global, one: own } = await files();
    expect(_global).not.toContain("metricsinfra_overridden");
    expect(own).toBeUndefined();
    const back = { ...diskFull, name: undefined };
    await app.data(app.operator, update, { id: rule, input: back });
    expect((await rulesOf("one")).globalRules.nodes[0]).toMatchObject({ severity: "page", problem: null });
  });

  it("ends with the override, with its rule or with its project, and comes back with them", async () => {
    const { id = "", admin = "" } = projects.other ?? {};
    const cleared = await app.data(admin, clear, { project: id, globalRule: rule, expectedVersion: 2 });
    expect(cleared.globalRuleOverrideClear).toMatchObject({
      deletedId: expect.stringMatching(/^gro_/),
      userErrors: [],
    });
    expect((await files()).other).toBeUndefined();

    const entryOf = async (entityId: string) => {
      const query = "query ($id: ID!) { auditEntries(filter: { entityId: $id }, first: 1) { nodes { id action } } }";
      return (await app.data(app.operator, query, { id: entityId })).auditEntries.nodes[0];
    };
    const restore = "mutation ($id: ID!) { entityRestore(auditEntry: $id) { userErrors { message } } }";
    const remove = "mutation ($id: ID!) { globalRuleDelete(id: $id) { deletedId } }";
    await app.data(app.operator, remove, { id: rule });
    expect(await rulesOf("one")).toMatchObject({ overriddenGlobalRules: [] });
    expect(await files()).toEqual({ _global: expect.not.stringContaining("DiskFull") });
    await app.data(app.operator, restore, { id: (await entryOf(rule)).id });
    expect(await files()).toEqual({
      _global: expect.stringContaining("metricsinfra_overridden"),
      one: expect.stringContaining("> 80.5"),
    });

    const removeProject = "mutation ($id: ID!) { projectDelete(id: $id) { deletedId } }";
    const one = projects.one?.id ?? "";
    await app.data(app.operator, removeProject, { id: one });
    expect((await files()).one).toBeUndefined();
    expect((await app.data(app.operator, restore, { id: (await entryOf(one)).id })).entityRestore.userErrors).toEqual(
      [],
    );
    expect((await files()).one).toContain("> 80.5");
  });

  it("costs the same statements for ten rules and overrides as for one", async () => {
    const page = async () => {
      const query = `{ projects { nodes { globalRules { nodes { globalRule { id } override { id } expr } } overriddenGlobalRules { expr } } } }`;
      return (await app.statementsOf(() => app.data(app.operator, query))).length;
    };
    const few = await page();
    for (let index = 0; index < 9; index++) {
      const { id } = (await created({ ...diskFull, name: `Disk${index}` })).globalRule;
      await override("third", { severity: "page" }, { globalRule: id });
    }
    expect(await page()).toBe(few);
  });
});
