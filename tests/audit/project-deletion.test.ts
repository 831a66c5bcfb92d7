import { beforeAll, expect, it } from "vitest";
import { newId } from "../../server/core/ids.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { insertCopies, type Sql, sqlOn } from "../support/sql.js";

const remove = `mutation ($id: ID!, $dryRun: Boolean! = false) {
  projectDelete(id: $id, dryRun: $dryRun) { deletedId revision userErrors { code } diff { field } }
}`;
const entries = `query ($project: ID!) {
  auditEntries(filter: { project: $project, action: DELETE }, first: 100) {
    nodes { revision action actor entityType entityId before after }
  }
}`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  beforeAll(async () => {
    app = await startApp(database.settings);
    sql = await sqlOn(database.settings);
  });

  const make = async (noun: string, input: object, fields = "id") => {
    const type = `${noun[0]?.toUpperCase()}${noun.slice(1)}CreateInput!`;
    const mutation = `mutation ($input: ${type}) { payload: ${noun}Create(input: $input) { ${noun} { ${fields} } userErrors { message path } } }`;
    const { payload } = await app.data(app.operator, mutation, { input });
    expect(payload.userErrors).toEqual([]);
    return payload[noun];
  };
  const revision = async () => (await app.data(app.operator, "{ revision }")).revision;

  it("gives each object that goes with a project an entry of its own, under the one revision", async () => {
    const project = (await make("project", { name: "full" })).id;
    const contacts = [{ type: "WEBHOOK", value: "https://hooks.example.org/a", secret: "hush-hush" }];
    const group = (await make("contactGroup", { project, name: "ops", contacts, makeDefault: true })).id;
    const staticTargets = [{ host: "example.org", port: 9100 }];
    const job = (await make("scrapeJob", { project, name: "node", staticTargets })).id;
    const alerting = (await make("alertingRule", { project, name: "Down", expr: "up == 0" })).id;
    const recording = (await make("recordingRule", { project, name: "up:sum", expr: "sum(up)" })).id;
    const token = (await make("apiToken", { name: "ci", memberships: [{ project, role: "MEMBER" }] })).id;
    const other = (await make("project", { name: "bystander" })).id;
    await make("scrapeJob", { project: other, name: "node", staticTargets });

    const before = await revision();
    const dry = (await app.data(app.operator, remove, { id: project, dryRun: true })).projectDelete;
    expect([dry.revision, await revision()]).toEqual([null, before]);
    const { projectDelete } = await app.data(app.operator, remove, { id: project });
    expect(projectDelete).toMatchObject({ deletedId: project, revision: before + 1, userErrors: [] });
    expect(await revision()).toBe(before + 1);

    const rows = await sql(
      "SELECT action, entity_type, entity_id, project_id FROM audit_entry WHERE revision = ? AND actor = ? ORDER BY id",
      [before + 1, "test"],
    );
    const gone = (entity_type: string, entity_id: string, action = "DELETE") => ({
      action,
      entity_type,
      entity_id,
      project_id: project,
    });
    expect(rows).toEqual([
      gone("Project", project),
      gone("ApiToken", token, "UPDATE"),
      gone("ContactGroup", group),
      gone("ScrapeJob", job),
      gone("AlertingRule", alerting),
      gone("RecordingRule", recording),
    ]);
    const { auditEntries } = await app.data(app.operator, entries, { project });
    const common = { revision: before + 1, action: "DELETE", actor: "test", after: null };
    const rule = { labels: {}, interval: null, enabled: true };
    expect(auditEntries.nodes).toEqual(
      [
        {
          entityType: "RecordingRule",
          entityId: recording,
          before: { name: "up:sum", expr: "sum(up)", ...rule },
        },
        {
          entityType: "AlertingRule",
          entityId: alerting,
          before: {
            name: "Down",
            expr: "up == 0",
            ...rule,
            for: "1m",
            keepFiringFor: null,
            severity: "warning",
            annotations: {},
          },
        },
        {
          entityType: "ScrapeJob",
          entityId: job,
          before: {
            name: "node",
            enabled: true,
            scheme: "HTTP",
            metricsPath: "/metrics",
            params: {},
            scrapeInterval: null,
            scrapeTimeout: null,
            staticTargets: [{ host: "example.org", port: 9100, labels: {} }],
            openstackDiscovery: null,
            probe: null,
            credentials: null,
          },
        },
        {
          entityType: "ContactGroup",
          entityId: group,
          before: {
            name: "ops",
            contacts: [
              {
                type: "WEBHOOK",
                value: "https://hooks.example.org/a",
                sendResolved: true,
                secret: expect.stringMatching(/^sec_/),
              },
            ],
            isDefault: true,
          },
        },
        {
          entityType: "Project",
          entityId: project,
          before: {
            name: "full",
            openstackId: null,
            description: "",
            extraLabels: {},
            aclGroup: null,
            limitTier: "default",
            defaultContactGroup: group,
          },
        },
      ].map((entry) => ({ ...common, ...entry })),
    );
    const [role] = await sql("SELECT `before`, `after` FROM audit_entry WHERE entity_id = ? AND action = 'UPDATE'", [
      token,
    ]);
    expect(Object.values(role ?? {}).map((json) => JSON.parse(String(json)))).toEqual([
      { role: "MEMBER" },
      { role: null },
    ]);
    const left = `SELECT (SELECT COUNT(*) FROM scrape_job) jobs, (SELECT COUNT(*) FROM rule) rules, (SELECT COUNT(*) FROM contact_group) contact_groups, (SELECT COUNT(*) FROM api_token_membership) roles`;
    expect((await sql(left)).map((counts) => Object.values(counts).map(Number))).toEqual([[1, 0, 0, 0]]);
  });

  it("undoes all of it when one statement fails", async () => {
    const project = (await make("project", { name: "kept" })).id;
    const rule = (await make("alertingRule", { project, name: "Down", expr: "up == 0" })).id;
    const before = await revision();
    await sql("ALTER TABLE rule RENAME COLUMN severity TO gone");
    const { errors } = await app.graphql(app.operator, remove, { id: project });
    await sql("ALTER TABLE rule RENAME COLUMN gone TO severity");
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["INTERNAL_SERVER_ERROR"]);
    const state = `query ($rule: ID!) { revision project(name: "kept") { id } node(id: $rule) { id } }`;
    expect(await app.data(app.operator, state, { rule })).toEqual({
      revision: before,
      project: { id: project },
      node: { id: rule },
    });
    expect((await app.data(app.operator, entries, { project })).auditEntries.nodes).toEqual([]);
  });

  it("takes a handful of statements for three children and for three thousand", async () => {
    const withChildren = async (name: string, copies: number) => {
      const project = (await make("project", { name })).id;
      const job = (await make("scrapeJob", { project, name: "job" })).id;
      await insertCopies(sql, "scrape_job", job, copies, (index) => ({ id: newId("job"), name: `job ${index}` }));
      const rule = (await make("alertingRule", { project, name: "Rule", expr: "up == 0" })).id;
      await insertCopies(sql, "rule", rule, copies, () => ({ id: newId("rul") }));
      const group = (await make("contactGroup", { project, name: "group", contacts: [] })).id;
      await insertCopies(sql, "contact_group", group, copies, (index) => ({
        id: newId("cgr"),
        name: `group ${index}`,
      }));
      return project;
    };
    const statementsFor = async (id: string) =>
      (await app.statementsOf(() => app.data(app.operator, remove, { id }))).filter(
        (sql) => !/COMMIT|START|BEGIN/.test(sql),
      );
    const [few, many] = [await withChildren("few", 0), await withChildren("many", 999)];
    const ofFew = await statementsFor(few);
    const ofMany = await statementsFor(many);
    const inserts = (statements: string[]) => statements.filter((sql) => sql.startsWith("INSERT")).length;
    expect(inserts(ofFew)).toBe(1);
    // 3,001 entries, 500 with each statement.
    expect(inserts(ofMany)).toBe(7);
    expect(ofMany.length - 7).toBe(ofFew.length - 1);
    expect(ofFew.length).toBeLessThanOrEqual(22);
    const [{ entries } = { entries: 0 }] = await sql(
      "SELECT COUNT(*) AS entries FROM audit_entry WHERE project_id = ? AND action = ?",
      [many, "DELETE"],
    );
    expect(Number(entries)).toBe(3_001);
  });
});
