import { beforeAll, expect, it } from "vitest";
import { serverItself } from "../../server/own-callers.js";
import { settingsOf } from "../../server/settings.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Sql, sqlOn } from "../support/sql.js";

const listed = `query ($first: Int! = 100, $after: String) {
  deletedProjects(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id name description deletedAt deletedBy restorableUntil auditEntry { id action entityId } }
  }
}`;
const restore = `mutation ($entry: ID!, $dryRun: Boolean! = false) {
  entityRestore(auditEntry: $entry, dryRun: $dryRun) { entity { id } userErrors { code message path } }
}`;
const all = `query ($name: String!) {
  project(name: $name) {
    id name openstackId description extraLabels aclGroup limitTier defaultContactGroup { id }
    scrapeJobs { nodes { id name staticTargets { host port } credentials { username secret } } }
    rules { nodes { id name expr } } contactGroups { nodes { id name contacts { type value secret } } }
  }
}`;
const dayMs = 86_400_000;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  let agent: string;
  const begin = Date.parse("2026-01-01T00:00:00Z");
  let now = new Date(begin);
  beforeAll(async () => {
    const tiers = { default: {}, large: {} };
    const settings = { limits: { tiers }, projects: { graceDays: 10 }, audit: { retentionDays: 2 } };
    app = await startApp(database.settings, { ...settings, now: () => now });
    sql = await sqlOn(database.settings);
    agent = await app.token("AGENT");
  });

  const make = async (noun: string, input: object): Promise<string> => {
    const type = `${noun[0]?.toUpperCase()}${noun.slice(1)}CreateInput!`;
    const mutation = `mutation ($input: ${type}) { payload: ${noun}Create(input: $input) { ${noun} { id } userErrors { message path } } }`;
    const { payload } = await app.data(app.operator, mutation, { input });
    expect(payload.userErrors).toEqual([]);
    return payload[noun].id;
  };
  const remove = async (id: string) => {
    const { projectDelete } = await app.data(app.operator, `mutation { projectDelete(id: "${id}") { deletedId } }`);
    expect(projectDelete.deletedId).toBe(id);
  };
  const full = async (name: string) => {
    const project = await make("project", {
      ...{ name, description: "all of it", extraLabels: { team: "infra" }, aclGroup: `acl-${name}` },
      ...{ limitTier: "large", openstackId: `os-${name}` },
    });
    const contacts = [{ type: "WEBHOOK", value: "https://hooks.example.org/a", secret: "hunter2" }];
    await make("contactGroup", { project, name: "ops", contacts, makeDefault: true });
    const credentials = { basicAuth: { username: "me", password: "hunter3" } };
    const staticTargets = [{ host: "192.0.2.1", port: 443 }];
    await make("scrapeJob", { project, name: "shop", scheme: "HTTPS", staticTargets, credentials });
    await make("alertingRule", { project, name: "Down", expr: "up == 0" });
    await make("recordingRule", { project, name: "up:sum", expr: "sum(up)" });
    await make("apiToken", { name: `of ${name}`, memberships: [{ project, role: "MEMBER" }] });
    return project;
  };
  const deleted = async (variables = {}) => (await app.data(app.operator, listed, variables)).deletedProjects;
  const entryOf = async (id: string): Promise<string> =>
    (await deleted()).nodes.find((node: { id: string }) => node.id === id).auditEntry.id;
  const restored = async (entry: string, more = {}) =>
    (await app.data(app.operator, restore, { entry, ...more })).entityRestore;
  const secretsLeft = async () => Number((await sql("SELECT COUNT(*) AS n FROM secret"))[0]?.n);

  it("lists a deleted project, and brings all of it back but its tokens' roles", async () => {
    const id = await full("tools");
    const before = (await app.data(agent, all, { name: "tools" })).project;
    await remove(id);
    expect(await deleted()).toEqual({
      totalCount: 1,
      pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
      nodes: [
        {
          ...{ id, name: "tools", description: "all of it", deletedAt: now.toISOString(), deletedBy: "test" },
          restorableUntil: new Date(begin + 10 * dayMs).toISOString(),
          auditEntry: { id: expect.any(String), action: "DELETE", entityId: id },
        },
      ],
    });
    const entry = await entryOf(id);
    expect(await restored(entry, { dryRun: true })).toEqual({ entity: null, userErrors: [] });
    expect((await deleted()).totalCount).toBe(1);
    expect(await restored(entry)).toEqual({ entity: { id }, userErrors: [] });
    expect((await app.data(agent, all, { name: "tools" })).project).toEqual(before);
    expect(before.scrapeJobs.nodes[0].credentials.secret).toBe("hunter3");
    expect((await deleted()).nodes).toEqual([]);
    expect(await sql("SELECT * FROM api_token_membership")).toEqual([]);
    // The entry of an earlier deletion is not the one to bring it back by.
    await remove(id);
    expect(await entryOf(id)).not.toBe(entry);
    expect(await restored(await entryOf(id))).toEqual({ entity: { id }, userErrors: [] });
  });

  it("changes nothing when the name was taken meanwhile", async () => {
    const id = await full("renewed");
    await remove(id);
    const entry = await entryOf(id);
    const other = await make("project", { name: "renewed" });
    const { userErrors } = await restored(entry);
    expect(userErrors).toEqual([
      { code: "TAKEN", message: 'There is a project named "renewed" already.', path: ["auditEntry", "before", "name"] },
    ]);
    expect((await app.data(agent, all, { name: "renewed" })).project).toMatchObject({
      id: other,
      rules: { nodes: [] },
    });
    await remove(other);
    expect(await restored(entry)).toEqual({ entity: { id }, userErrors: [] });
  });

  it("lists the last deleted first, page by page, in as many statements for many as for few", async () => {
    const ids: string[] = [];
    for (const name of ["one", "two", "three"]) {
      ids.unshift(await make("project", { name }));
      now = new Date(now.getTime() + 1_000);
      await remove(ids[0] ?? "");
    }
    const first = await deleted({ first: 2 });
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([4, true]);
    const rest = await deleted({ first: 2, after: first.pageInfo.endCursor });
    const nodes = [...first.nodes, ...rest.nodes];
    expect(nodes.slice(0, 3).map(({ id }) => id)).toEqual(ids);
    const statements = async (count: number) => (await app.statementsOf(() => deleted({ first: count }))).length;
    expect(await statements(1)).toBe(await statements(3));
    for (const token of [agent, await app.token("READER")]) {
      expect((await app.graphql(token, listed)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    }
  });

  it("keeps what a deletion left for as long as it can be undone, and no longer", async () => {
    now = new Date(now.getTime() + 1_000);
    const id = await full("passing");
    await remove(id);
    const [entry, secrets] = [await entryOf(id), await secretsLeft()];
    const deletedAt = now.getTime();
    now = new Date(deletedAt + 10 * dayMs);
    // The change log is kept for two days only.
    await app.app.retention.prune(serverItself);
    expect(await app.app.purge.run(serverItself)).toBeGreaterThan(0);
    expect(await secretsLeft()).toBe(secrets);
    expect(await restored(entry, { dryRun: true })).toEqual({ entity: null, userErrors: [] });

    now = new Date(deletedAt + 10 * dayMs + 1);
    const over = {
      code: "NOT_FOUND",
      message: "The time in which the project could be brought back is over: what was left of it is removed.",
      path: ["auditEntry"],
    };
    expect(await restored(entry)).toEqual({ entity: null, userErrors: [over] });
    expect((await deleted()).nodes).toEqual([]);
    const { revision } = await app.data(agent, "{ revision }");
    expect(await app.app.purge.run(serverItself)).toBe(1);
    expect(await app.app.purge.run(serverItself)).toBe(0);
    expect(await secretsLeft()).toBe(secrets - 2);
    const [tombstone] = await sql("SELECT name, description, extra_labels, acl_group FROM project WHERE id = ?", [id]);
    expect({ ...tombstone, extra_labels: "" }).toEqual({
      name: "passing",
      description: "",
      extra_labels: "",
      acl_group: null,
    });
    expect(await restored(entry)).toEqual({ entity: null, userErrors: [over] });
    const query = "{ revision changedProjects(sinceRevision: 0, first: 100) { nodes { id deleted } } }";
    const told = await app.data(agent, query);
    expect(told.changedProjects.nodes).toContainEqual({ id, deleted: true });
    expect(told.revision).toBe(revision);
    const noted = `{ auditEntries(filter: { entityId: "${id}", entityType: "DeletedProject" }) { nodes { action actor before } } }`;
    expect((await app.data(app.operator, noted)).auditEntries.nodes).toEqual([
      {
        action: "DELETE",
        actor: "server",
        before: { name: "passing", deletedAt: new Date(deletedAt).toISOString(), secrets: 2 },
      },
    ]);
    // Nothing of a living project went.
    expect((await app.data(agent, all, { name: "tools" })).project.contactGroups.nodes[0].contacts[0].secret).toBe(
      "hunter2",
    );
  });
});

it("the grace time is set in whole days", () => {
  const graceDays = (days?: number) =>
    settingsOf({ database: { type: "sqlite", file: "x" }, projects: days === undefined ? {} : { graceDays: days } })
      .projects.graceDays;
  expect([graceDays(), graceDays(1)]).toEqual([30, 1]);
  for (const wrong of [0, -1, 0.5, 4_000]) expect(() => graceDays(wrong)).toThrow();
});
