import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const create = `mutation ($name: String!, $description: String) {
  projectCreate(input: { name: $name, description: $description }) {
    project { id name description } revision userErrors { code path }
  }
}`;
const update = `mutation ($id: ID!, $description: String) {
  projectUpdate(id: $id, input: { description: $description }) { project { description } revision userErrors { code } }
}`;
const remove = `mutation ($id: ID!) { projectDelete(id: $id) { deletedId revision userErrors { code } } }`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  const made = async (name: string, headers = {}) =>
    (await app.data(app.operator, create, { name }, headers)).projectCreate;

  beforeAll(async () => {
    app = await startApp(database.settings);
  });

  it("records who did what to which object, before and after, newest first", async () => {
    const { project } = await made("recorded");
    await app.data(app.operator, update, { id: project.id, description: "second" });
    await app.data(app.operator, remove, { id: project.id });
    const query = `query ($id: ID!) {
      auditEntries(filter: { entityId: $id }) { nodes { id actor action entityType entityId project { id } before after at revision } }
    }`;
    const { auditEntries } = await app.data(app.operator, query, { id: project.id });
    const common = {
      actor: "test",
      entityType: "Project",
      entityId: project.id,
      project: null,
      id: expect.any(String),
      at: expect.any(String),
      revision: expect.any(Number),
    };
    const first = {
      name: "recorded",
      openstackId: null,
      description: "",
      extraLabels: {},
      aclGroup: null,
      limitTier: "default",
      defaultContactGroup: null,
    };
    expect(auditEntries.nodes).toEqual([
      { ...common, action: "DELETE", before: { ...first, description: "second" }, after: null },
      { ...common, action: "UPDATE", before: first, after: { ...first, description: "second" } },
      { ...common, action: "CREATE", before: null, after: first },
    ]);
  });

  it("gives each of thirty changes at once a revision of its own, without a gap", async () => {
    const before = (await app.data(app.operator, "{ revision }")).revision;
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => made(`at-once-${index}`)));
    const revisions = answers.map(({ revision }) => revision).sort((a, b) => a - b);
    expect(revisions).toEqual(Array.from({ length: 30 }, (_, index) => before + 1 + index));
    expect((await app.data(app.operator, "{ revision }")).revision).toBe(before + 30);
  });

  it("answers a repeat with the same idempotency key as the first time, and makes one object", async () => {
    const headers = { "idempotency-key": "key-1" };
    const [first, again] = [await made("idem", headers), await made("idem", headers)];
    expect(again).toEqual(first);
    expect(first.userErrors).toEqual([]);
    const atOnce = await Promise.all(
      Array.from({ length: 6 }, () => made("idem-race", { "idempotency-key": "key-2" })),
    );
    expect(new Set(atOnce.map((answer) => JSON.stringify(answer)))).toHaveLength(1);
    expect(atOnce[0]?.project.name).toBe("idem-race");
  });

  it("refuses an idempotency key that was used for something else, and one that is no key", async () => {
    const headers = { "idempotency-key": "key-3" };
    await made("used", headers);
    const other = await app.graphql(app.operator, create, { name: "unused" }, headers);
    expect(other.errors?.[0]?.extensions.code).toBe("CONFLICT");
    const bad = await app.graphql(app.operator, create, { name: "unused" }, { "idempotency-key": "a b" });
    expect([bad.status, bad.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(await app.data(app.operator, `{ project(name: "unused") { id } }`)).toEqual({ project: null });
  });

  it("keeps keys of different callers apart, and tells two mutations of one document apart", async () => {
    const headers = { "idempotency-key": "shared" };
    const other = await app.token("OPERATOR");
    const both = `mutation { a: projectCreate(input: { name: "two-a" }) { project { name } } b: projectCreate(input: { name: "two-b" }) { project { name } } }`;
    const expected = { a: { project: { name: "two-a" } }, b: { project: { name: "two-b" } } };
    expect([await app.data(app.operator, both, {}, headers), await app.data(app.operator, both, {}, headers)]).toEqual([
      expected,
      expected,
    ]);
    const elsewhere = (await app.data(other, create, { name: "theirs" }, headers)).projectCreate;
    expect(elsewhere.project.name).toBe("theirs");
  });

  it("replays a deletion and an update too", async () => {
    const { project } = await made("replayed");
    const send = async (query: string, key: string, variables = {}) =>
      app.data(app.operator, query, { id: project.id, ...variables }, { "idempotency-key": key });
    const updated = [await send(update, "u", { description: "x" }), await send(update, "u", { description: "x" })];
    expect(updated[1]).toEqual(updated[0]);
    const removed = [
      await send(remove, "d"),
      (await app.graphql(app.operator, remove, { id: project.id }, { "idempotency-key": "d" })).data,
    ];
    expect(removed[1]).toEqual(removed[0]);
    expect(removed[0].projectDelete.deletedId).toBe(project.id);
  });

  it("shows a member the changes of its own projects only", async () => {
    const mine = (await made("audit-mine")).project;
    const other = (await made("audit-other")).project;
    const token = await app.token({ [mine.id]: "VIEWER" });
    const { auditEntries } = await app.data(token, "{ auditEntries { nodes { id entityId } } }");
    expect(auditEntries.nodes.map(({ entityId }: { entityId: string }) => entityId)).toEqual([mine.id]);
    const { auditEntries: all } = await app.data(
      app.operator,
      `query ($id: ID!) { auditEntries(filter: { entityId: $id }) { nodes { id } } }`,
      { id: other.id },
    );
    const hidden = await app.data(
      token,
      `query ($id: ID!) { node(id: $id) { id } auditEntries(filter: { project: "${other.id}" }) { nodes { id } } }`,
      { id: all.nodes[0].id },
    );
    expect(hidden).toEqual({ node: null, auditEntries: { nodes: [] } });
  });
});
