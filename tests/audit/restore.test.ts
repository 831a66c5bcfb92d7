import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../server/core/ids.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { insertCopies, type Sql, sqlOn } from "../support/sql.js";

const restore = `mutation ($entry: ID!, $expectedVersion: Int, $dryRun: Boolean! = false) {
  entityRestore(auditEntry: $entry, expectedVersion: $expectedVersion, dryRun: $dryRun) {
    entity { __typename id } diff { field before after } revision userErrors { code message path }
  }
}`;
const history = `query ($id: ID!) {
  auditEntries(filter: { entityId: $id }) { nodes { id revision action actor entityType before after } }
}`;

/** Each noun that can be restored: how it is created, changed and read. */
const nouns = [
  {
    type: "ScrapeJob",
    input: {
      name: "node",
      params: { a: "b" },
      scrapeInterval: "30s",
      staticTargets: [{ host: "example.org", port: 9100, labels: { l: "v" } }],
      openstackDiscovery: { port: 9100, nameRegex: "web-.*" },
    },
    change: { name: "renamed", enabled: false, staticTargets: [], openstackDiscovery: null, params: null },
    read: "name enabled scheme metricsPath params scrapeInterval scrapeTimeout staticTargets { host port labels } openstackDiscovery { port nameRegex } probe { __typename }",
  },
  {
    type: "ScrapeJob",
    input: { name: "probe", probe: { http: { path: "/health", headers: { a: "b" }, validStatusCodes: [204] } } },
    change: { probe: { dns: { queryName: "example.org" } } },
    read: "name probe { ... on HttpProbe { path method headers validStatusCodes } ... on DnsProbe { queryName queryType } }",
  },
  {
    type: "AlertingRule",
    input: {
      name: "Down",
      expr: "up == 0",
      labels: { a: "b" },
      annotations: { summary: "It is down" },
      keepFiringFor: "5m",
    },
    change: { name: "Up", expr: "up == 1", for: "5m", severity: "page", annotations: null, keepFiringFor: null },
    read: "name expr enforcedExpr labels interval enabled for keepFiringFor severity annotations",
  },
  {
    type: "RecordingRule",
    input: { name: "up:sum", expr: "sum(up)", labels: { a: "b" } },
    change: { name: "up:count", expr: "count(up)", interval: "5m", enabled: false },
    read: "name expr enforcedExpr labels interval enabled",
  },
  {
    type: "ContactGroup",
    input: {
      name: "ops",
      makeDefault: true,
      contacts: [
        { type: "EMAIL", value: "a@example.org", sendResolved: false },
        { type: "IRC", value: "#ops" },
      ],
    },
    change: { name: "nobody", contacts: [], makeDefault: false },
    read: "name isDefault contacts { type value sendResolved hasSecret }",
  },
  {
    type: "GlobalRule",
    input: { name: "Down", expr: "up == 0", mode: "GLOBAL", labels: { a: "b" } },
    change: { mode: "PER_PROJECT", severity: "page", labels: {} },
    read: "name mode expr for severity labels annotations interval enabled",
  },
] as const;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  let member: string;
  let project: string;
  beforeAll(async () => {
    const tiers = { default: { scrapeJobs: 1_000 }, small: { scrapeJobs: 1, rules: 1, targets: 1 } };
    app = await startApp(database.settings, { limits: { tiers } });
    sql = await sqlOn(database.settings);
    project = await make("Project", { name: "tools" });
    member = await app.token({ [project]: "MEMBER" });
  });

  const lower = (type: string) => `${type[0]?.toLowerCase()}${type.slice(1)}`;
  const make = async (type: string, input: object): Promise<string> => {
    const field = lower(type);
    const mutation = `mutation ($input: ${type}CreateInput!) { payload: ${field}Create(input: $input) { ${field} { id } userErrors { message path } } }`;
    const { payload } = await app.data(app.operator, mutation, { input });
    expect(payload.userErrors).toEqual([]);
    return payload[field].id;
  };
  const update = async (type: string, id: string, input: object) => {
    const mutation = `mutation ($id: ID!, $input: ${type}UpdateInput!) { payload: ${lower(type)}Update(id: $id, input: $input) { userErrors { message path } } }`;
    expect((await app.data(app.operator, mutation, { id, input })).payload.userErrors).toEqual([]);
  };
  const remove = async (type: string, id: string) => {
    const field = type.endsWith("ingRule") ? "rule" : lower(type);
    const mutation = `mutation ($id: ID!) { payload: ${field}Delete(id: $id) { deletedId } }`;
    expect((await app.data(app.operator, mutation, { id })).payload.deletedId).toBe(id);
  };
  const entriesOf = async (id: string) => (await app.data(app.operator, history, { id })).auditEntries.nodes;
  const newestEntry = async (id: string) => (await entriesOf(id))[0];
  const restored = async (entry: string, more = {}, token = app.operator, headers = {}) =>
    (await app.data(token, restore, { entry, ...more }, headers)).entityRestore;
  const read = async (type: string, fields: string, id: string) =>
    (await app.data(app.operator, `query ($id: ID!) { node(id: $id) { ... on ${type} { ${fields} } } }`, { id })).node;
  const revision = async () => (await app.data(app.operator, "{ revision }")).revision;
  const edit = async (entry: string, state: "before" | "after", description: unknown) => {
    await sql(`UPDATE audit_entry SET \`${state}\` = ? WHERE id = ?`, [JSON.stringify(description), entry]);
  };

  it.each(nouns)("brings a deleted $type back under its id, and a changed one back to what it was", async (noun) => {
    const { type, change, read: fields } = noun;
    const input = type === "GlobalRule" ? noun.input : { ...noun.input, project };
    const token = type === "GlobalRule" ? app.operator : member;
    const id = await make(type, input);
    const first = await read(type, fields, id);
    await update(type, id, change);
    const second = await read(type, fields, id);
    expect(second).not.toEqual(first);
    await remove(type, id);
    const [deleted, , created] = await entriesOf(id);

    const before = await revision();
    const dry = await restored(deleted.id, { dryRun: true }, token);
    expect(dry).toMatchObject({ entity: null, revision: null, userErrors: [] });
    expect([await revision(), await read(type, fields, id)]).toEqual([before, null]);
    const back = await restored(deleted.id, {}, token);
    expect(back).toEqual({ ...dry, entity: { __typename: type, id }, revision: before + 1 });
    expect(await read(type, fields, id)).toEqual(second);
    const asCreated = await newestEntry(id);
    expect(asCreated).toMatchObject({ action: "CREATE", revision: before + 1, before: null, after: deleted.before });

    const further = await restored(created.id, {}, token);
    expect(further).toMatchObject({ entity: { __typename: type, id }, revision: before + 2, userErrors: [] });
    expect(await read(type, fields, id)).toEqual(first);
    const asUpdated = await newestEntry(id);
    expect(asUpdated).toMatchObject({ action: "UPDATE", before: deleted.before, after: created.after });
    expect(further.diff.length).toBeGreaterThan(0);
    expect(await restored(created.id, {}, token)).toMatchObject({ entity: { id }, diff: [], revision: null });
    await remove(type, id);
  });

  it("brings a living project back to what it was, but for its name", async () => {
    const id = await make("Project", { name: "changing", description: "first", extraLabels: { a: "b" } });
    const created = await newestEntry(id);
    await update("Project", id, { description: "second", extraLabels: {}, aclGroup: "ops" });
    const back = await restored(created.id);
    expect(back).toEqual({
      entity: { __typename: "Project", id },
      diff: [
        { field: "description", before: "second", after: "first" },
        { field: "extraLabels", before: {}, after: { a: "b" } },
        { field: "aclGroup", before: "ops", after: null },
      ],
      revision: await revision(),
      userErrors: [],
    });
  });

  describe("of a deleted project", () => {
    const fields = `id name description defaultContactGroup { id } apiTokens { nodes { id } }
      contactGroups { nodes { id name isDefault contacts { value } } }
      scrapeJobs { nodes { id name staticTargets { host } } }
      rules { nodes { __typename id name enforcedExpr } }`;
    const full = async (name: string) => {
      const id = await make("Project", { name, description: "full" });
      const contacts = [{ type: "EMAIL", value: "a@example.org" }];
      await make("ContactGroup", { project: id, name: "ops", contacts, makeDefault: true });
      await make("ContactGroup", { project: id, name: "others", contacts: [] });
      await make("ScrapeJob", { project: id, name: "node", staticTargets: [{ host: "example.org", port: 9100 }] });
      await make("AlertingRule", { project: id, name: "Down", expr: "up == 0" });
      await make("RecordingRule", { project: id, name: "up:sum", expr: "sum(up)" });
      return id;
    };

    it("brings all back that went with it, in one revision, but no token's role", async () => {
      const id = await full("gone");
      await app.token({ [id]: "ADMIN" });
      const before = await read("Project", fields, id);
      await remove("Project", id);
      const deleted = await newestEntry(id);
      const since = await revision();
      const headers = { "idempotency-key": "back" };
      const back = await restored(deleted.id, {}, app.operator, headers);
      expect(back).toMatchObject({ entity: { __typename: "Project", id }, revision: since + 1, userErrors: [] });
      expect(await restored(deleted.id, {}, app.operator, headers)).toEqual(back);
      expect(await read("Project", fields, id)).toEqual({ ...before, apiTokens: { nodes: [] } });
      const rows = await sql("SELECT action, entity_type, project_id FROM audit_entry WHERE revision = ? ORDER BY id", [
        since + 1,
      ]);
      const types = ["Project", "ContactGroup", "ContactGroup", "ScrapeJob", "AlertingRule", "RecordingRule"];
      expect(rows).toEqual(types.map((entity_type) => ({ action: "CREATE", entity_type, project_id: id })));

      const changed = `query ($since: Int!) { changedProjects(sinceRevision: $since) { nodes { id deleted project { scrapeJobs { totalCount } } } } }`;
      const agent = await app.token("AGENT");
      expect((await app.data(agent, changed, { since })).changedProjects.nodes).toEqual([
        { id, deleted: false, project: { scrapeJobs: { totalCount: 1 } } },
      ]);
      await remove("Project", id);
      expect(await restored((await newestEntry(id)).id)).toMatchObject({ entity: { id }, userErrors: [] });
    });

    it("is refused while another project has its name", async () => {
      const id = await full("contested");
      await remove("Project", id);
      const deleted = await newestEntry(id);
      const other = await make("Project", { name: "contested" });
      const before = await revision();
      for (const dryRun of [true, false]) {
        expect(await restored(deleted.id, { dryRun })).toEqual({
          entity: null,
          diff: [],
          revision: null,
          userErrors: [
            {
              code: "TAKEN",
              message: 'There is a project named "contested" already.',
              path: ["auditEntry", "before", "name"],
            },
          ],
        });
      }
      expect(await revision()).toBe(before);
      await remove("Project", other);
      expect((await restored(deleted.id)).userErrors).toEqual([]);
    });

    it("lets one of five attempts at once win", async () => {
      const id = await full("raced");
      await remove("Project", id);
      const deleted = await newestEntry(id);
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => restored(deleted.id)));
      // Who comes late finds it living already, and as it should be, or loses.
      expect(outcomes.filter(({ revision }) => revision !== null)).toHaveLength(1);
      expect(await read("Project", "scrapeJobs { totalCount } rules { totalCount }", id)).toEqual({
        scrapeJobs: { totalCount: 1 },
        rules: { totalCount: 2 },
      });
    });

    it("tells which of its contents is wrong today; an older entry brings it back without them", async () => {
      const id = await full("faulty");
      const created = (await entriesOf(id)).at(-1);
      const job = (await read("Project", "scrapeJobs { nodes { id } }", id)).scrapeJobs.nodes[0].id;
      await remove("Project", id);
      const deleted = await newestEntry(id);
      const { id: ofJob, before: description } = await newestEntry(job);
      await edit(ofJob, "before", { ...description, metricsPath: "no slash" });
      const { userErrors, ...nothing } = await restored(deleted.id);
      expect(nothing).toEqual({ entity: null, diff: [], revision: null });
      expect(userErrors).toEqual([
        {
          code: "INVALID",
          message: expect.stringMatching(/^Scrape job "node": /),
          path: ["auditEntry", "before", job, "metricsPath"],
        },
      ]);
      expect(await restored(ofJob)).toMatchObject({
        userErrors: [{ code: "NOT_FOUND", path: ["auditEntry"] }],
      });
      expect(await restored(created.id)).toMatchObject({ entity: { id }, userErrors: [] });
      expect(await read("Project", "description scrapeJobs { totalCount } defaultContactGroup { id }", id)).toEqual({
        description: "full",
        scrapeJobs: { totalCount: 0 },
        defaultContactGroup: null,
      });
      await edit(ofJob, "before", description);
      expect(await restored(ofJob)).toMatchObject({ entity: { __typename: "ScrapeJob", id: job }, userErrors: [] });
    });

    it("is refused when more would come back than the project may have", async () => {
      const id = await full("limited");
      await remove("Project", id);
      const { id: deleted, before: description } = await newestEntry(id);
      await edit(deleted, "before", { ...description, limitTier: "small" });
      const refused = {
        entity: null,
        diff: [],
        revision: null,
        userErrors: [
          {
            code: "LIMIT",
            message:
              'The project may have 1 rules (limit tier "small"); it has 0, and this adds 2. Remove some that are not needed, or ask an operator for a larger tier.',
            path: ["auditEntry"],
          },
        ],
      };
      const before = await revision();
      for (const dryRun of [true, false]) expect(await restored(deleted, { dryRun })).toEqual(refused);
      await edit(deleted, "before", { ...description, limitTier: "gone" });
      expect(await restored(deleted)).toMatchObject({
        userErrors: [{ code: "INVALID", path: ["auditEntry", "before", "limitTier"] }],
      });
      expect(await revision()).toBe(before);
    });

    it("takes a handful of statements, however much comes back", async () => {
      const withJobs = async (name: string, copies: number) => {
        const id = await make("Project", { name });
        const job = await make("ScrapeJob", { project: id, name: "job" });
        await insertCopies(sql, "scrape_job", job, copies, (index) => ({ id: newId("job"), name: `job ${index}` }));
        await remove("Project", id);
        return { id, entry: (await newestEntry(id)).id };
      };
      const statementsFor = async (entry: string) =>
        (await app.statementsOf(() => restored(entry))).filter((text) => !/COMMIT|START|BEGIN/.test(text)).length;
      const [few, many] = [await withJobs("few", 1), await withJobs("many", 999)];
      const ofFew = await statementsFor(few.entry);
      // Twice 500 rows and 1,001 entries, 500 with each statement.
      expect(await statementsFor(many.entry)).toBe(ofFew + 3);
      expect(ofFew).toBeLessThanOrEqual(20);
      expect(await read("Project", "scrapeJobs { totalCount }", many.id)).toEqual({
        scrapeJobs: { totalCount: 1_000 },
      });
    });
  });

  it("is refused while another object has the name, and when the version is not the one that was seen", async () => {
    const id = await make("ScrapeJob", { project, name: "contested" });
    const created = await newestEntry(id);
    await update("ScrapeJob", id, { name: "moved" });
    const conflict = {
      entity: null,
      diff: [],
      revision: null,
      userErrors: [
        {
          code: "CONFLICT",
          message: "It changed since you read it. Read it again, then repeat your change.",
          path: ["expectedVersion"],
        },
      ],
    };
    expect(await restored(created.id, { expectedVersion: 1 })).toEqual(conflict);
    const other = await make("ScrapeJob", { project, name: "contested" });
    expect(await restored(created.id, { expectedVersion: 2 })).toEqual({
      ...conflict,
      userErrors: [
        {
          code: "TAKEN",
          message: "The project has a scrape job with this name already.",
          path: ["auditEntry", "after", "name"],
        },
      ],
    });
    await remove("ScrapeJob", other);
    expect(await restored(created.id, { expectedVersion: 2 })).toMatchObject({ entity: { id }, userErrors: [] });
    const { version } = await read("ScrapeJob", "version", id);
    await remove("ScrapeJob", id);
    expect(await restored(created.id, { expectedVersion: version })).toEqual(conflict);
    expect(await restored(created.id)).toMatchObject({ entity: { id }, userErrors: [] });
    // Whoever has seen any earlier version must not take it for the one that is there now.
    expect((await read("ScrapeJob", "version", id)).version).toBeGreaterThan(version);
  });

  it("counts what comes back against the project's limits", async () => {
    const id = await make("Project", { name: "small", limitTier: "small" });
    const job = await make("ScrapeJob", { project: id, name: "first" });
    await remove("ScrapeJob", job);
    const other = await make("ScrapeJob", { project: id, name: "second" });
    const { id: entry } = await newestEntry(job);
    for (const dryRun of [true, false]) {
      expect(await restored(entry, { dryRun })).toMatchObject({
        entity: null,
        userErrors: [{ code: "LIMIT", path: ["auditEntry", "before", "project"] }],
      });
    }
    await remove("ScrapeJob", other);
    expect(await restored(entry)).toMatchObject({ entity: { id: job }, userErrors: [] });
  });

  it("refuses a recording rule whose series another one records by now", async () => {
    const id = await make("RecordingRule", { project, name: "a:b", expr: "sum(up)" });
    await remove("RecordingRule", id);
    await make("RecordingRule", { project, name: "a:b", expr: "count(up)" });
    expect((await restored((await newestEntry(id)).id)).userErrors).toMatchObject([
      { code: "TAKEN", path: ["auditEntry", "before", "name"] },
    ]);
  });

  it("reads descriptions from before a field was there, and leaves out what is no longer known", async () => {
    const id = await make("AlertingRule", { project, name: "Old", expr: "up == 0", severity: "page" });
    await remove("AlertingRule", id);
    const { id: entry } = await newestEntry(id);
    await edit(entry, "before", { name: "Old", expr: "up == 0", colour: "red" });
    expect(await restored(entry)).toMatchObject({ entity: { id }, userErrors: [] });
    expect(
      await read("AlertingRule", "name expr enforcedExpr labels interval enabled for severity annotations", id),
    ).toEqual({
      name: "Old",
      expr: "up == 0",
      enforcedExpr: 'up{project="tools"} == 0',
      labels: {},
      interval: null,
      enabled: true,
      for: "1m",
      severity: "warning",
      annotations: {},
    });
  });

  it("checks what it brings back like a fresh write", async () => {
    const id = await make("AlertingRule", { project, name: "Checked", expr: "up == 0" });
    await remove("AlertingRule", id);
    const { id: entry, before: description } = await newestEntry(id);
    const mistakes = async (change: object) => {
      await edit(entry, "before", { ...description, ...change });
      const { userErrors, ...nothing } = await restored(entry);
      expect(nothing).toEqual({ entity: null, diff: [], revision: null });
      return userErrors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join(".")}`);
    };
    expect(await mistakes({ expr: "up{" })).toEqual(["INVALID auditEntry.before.expr"]);
    expect(await mistakes({ for: "90d", labels: { project: "other" } })).toEqual([
      "INVALID auditEntry.before.for",
      "INVALID auditEntry.before.labels.project",
    ]);
    expect(await mistakes({ annotations: { summary: '{{ query "up" }}' } })).toEqual([
      "INVALID auditEntry.before.annotations.summary",
    ]);
    expect(await mistakes({ name: 7, labels: ["a"] })).toEqual([
      "INVALID auditEntry.before.name",
      "INVALID auditEntry.before.labels",
    ]);
    await edit(entry, "before", { ...description, expr: 'up{project="other"} == 0' });
    expect(await restored(entry)).toMatchObject({ userErrors: [{ code: "INVALID" }] });
  });

  it("says that some entries left nothing to be brought back", async () => {
    const id = await make("Project", { name: "with-token" });
    await app.token({ [id]: "MEMBER" });
    await remove("Project", id);
    const query = `query ($id: ID!) { auditEntries(filter: { project: $id, entityType: "ApiToken" }) { nodes { id } } }`;
    const [ofToken] = (await app.data(app.operator, query, { id })).auditEntries.nodes;
    expect(await restored(ofToken.id)).toEqual({
      entity: null,
      diff: [],
      revision: null,
      userErrors: [
        { code: "UNSUPPORTED", message: "This entry left no object that could be brought back.", path: ["auditEntry"] },
      ],
    });
  });

  describe("access", () => {
    const answer = async (token: string, entry: string) => {
      const { status, data, errors } = await app.graphql(token, restore, { entry }, { "x-request-id": "r" });
      return { status, data, errors: errors?.map(({ message, extensions }) => ({ message, extensions })) };
    };
    const absent = "aud_01h455vb4pex5vsknk084sn02q";
    const failure = (code: string, message: unknown) => ({
      status: code === "FORBIDDEN" ? 403 : 200,
      data: null,
      errors: [{ message, extensions: { code, requestId: "r" } }],
    });
    const notFound = failure("NOT_FOUND", "Audit entry not found.");
    const forbidden = failure("FORBIDDEN", expect.any(String));

    it("answers a foreign entry like one that is absent, and refuses whoever may only read", async () => {
      const job = await make("ScrapeJob", { project, name: "guarded" });
      await remove("ScrapeJob", job);
      const { id: entry } = await newestEntry(job);
      const other = await make("Project", { name: "elsewhere" });
      const stranger = await app.token({ [other]: "ADMIN" });
      const before = await revision();
      expect(await answer(stranger, entry)).toEqual(notFound);
      expect(JSON.stringify(await answer(stranger, entry))).toBe(JSON.stringify(await answer(stranger, absent)));
      const viewer = await app.token({ [project]: "VIEWER" });
      expect(await answer(viewer, entry)).toEqual(forbidden);
      const both = await app.token({ [project]: "VIEWER", [other]: "ADMIN" });
      expect(await answer(both, entry)).toEqual(forbidden);
      expect(await answer(await app.token("READER"), entry)).toEqual(forbidden);
      expect(await answer(await app.token("AGENT"), entry)).toEqual(forbidden);
      expect([await revision(), await read("ScrapeJob", "id", job)]).toEqual([before, null]);
      expect((await restored(entry, {}, member)).entity).toEqual({ __typename: "ScrapeJob", id: job });
    });

    it("needs of a project and of a global rule what changing them needs", async () => {
      const id = await make("Project", { name: "roles", description: "first" });
      const [member, admin] = [await app.token({ [id]: "MEMBER" }), await app.token({ [id]: "ADMIN" })];
      const created = (await newestEntry(id)).id;
      await update("Project", id, { description: "second" });
      expect(await answer(member, created)).toEqual(forbidden);
      expect((await restored(created, {}, admin)).userErrors).toEqual([]);
      await update("Project", id, { aclGroup: "ops" });
      expect(await answer(admin, created)).toEqual(forbidden);
      const rule = await make("GlobalRule", { name: "Guarded", expr: "up == 0" });
      const ofRule = (await newestEntry(rule)).id;
      expect(await answer(admin, ofRule)).toEqual(notFound);
      expect(await answer(await app.token("READER"), ofRule)).toEqual(forbidden);
    });
  });
});
