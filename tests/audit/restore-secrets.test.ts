import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Sql, sqlOn } from "../support/sql.js";

const restore = `mutation ($entry: ID!) {
  entityRestore(auditEntry: $entry) { entity { id } userErrors { code message path } }
}`;
const create = `mutation ($input: ContactGroupCreateInput!) { contactGroupCreate(input: $input) { contactGroup { id } userErrors { message } } }`;
const update = `mutation ($id: ID!, $input: ContactGroupUpdateInput!) { contactGroupUpdate(id: $id, input: $input) { userErrors { message } } }`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  let agent: string;
  let project: string;
  beforeAll(async () => {
    app = await startApp(database.settings, {
      limits: { tiers: { default: { contactGroups: 1_000, contacts: 1_000 } } },
    });
    sql = await sqlOn(database.settings);
    agent = await app.token("AGENT");
    project = await makeProject("tools");
  });

  const webhook = (secret: string | null) => ({ type: "WEBHOOK", value: "https://hooks.example.org/a", secret });
  const makeProject = async (name: string): Promise<string> => {
    const mutation = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
    return (await app.data(app.operator, mutation, { name })).projectCreate.project.id;
  };
  const makeGroup = async (name: string, secret: string, of = project): Promise<string> => {
    const input = { project: of, name, contacts: [webhook(secret)] };
    const { contactGroup, userErrors } = (await app.data(app.operator, create, { input })).contactGroupCreate;
    expect(userErrors).toEqual([]);
    return contactGroup.id;
  };
  const remove = async (id: string) => {
    const field = { prj: "projectDelete", job: "scrapeJobDelete" }[id.slice(0, 3)] ?? "contactGroupDelete";
    expect((await app.data(app.operator, `mutation { ${field}(id: "${id}") { deletedId } }`))[field].deletedId).toBe(
      id,
    );
  };
  const newestEntry = async (id: string) => {
    const query = `query ($id: ID!) { auditEntries(filter: { entityId: $id }, first: 1) { nodes { id before after } } }`;
    return (await app.data(app.operator, query, { id })).auditEntries.nodes[0];
  };
  const restored = async (entry: string) => (await app.data(app.operator, restore, { entry })).entityRestore;
  const secretOf = async (id: string) => {
    const query = `query ($id: ID!) { node(id: $id) { ... on ContactGroup { contacts { secret } } } }`;
    return (await app.data(agent, query, { id })).node?.contacts[0].secret;
  };

  it("brings a group back with the secret that it had, never showing it", async () => {
    const id = await makeGroup("ops", "hunter2");
    const created = await newestEntry(id);
    await app.data(app.operator, update, { id, input: { contacts: [webhook("hunter3")] } });
    expect(await secretOf(id)).toBe("hunter3");
    expect(await restored(created.id)).toEqual({ entity: { id }, userErrors: [] });
    expect(await secretOf(id)).toBe("hunter2");
    await remove(id);
    const deleted = await newestEntry(id);
    expect(deleted.before.contacts[0].secret).toBe(created.after.contacts[0].secret);
    expect(await restored(deleted.id)).toEqual({ entity: { id }, userErrors: [] });
    expect(await secretOf(id)).toBe("hunter2");
    expect(JSON.stringify(await sql("SELECT * FROM audit_entry"))).not.toMatch(/hunter/);
  });

  it("brings a project back with the secrets of its groups, looked up all at once", async () => {
    const withGroups = async (name: string, count: number) => {
      const of = await makeProject(name);
      let group = "";
      for (let n = 0; n < count; n++) group = await makeGroup(`group ${n}`, `hunter${n}`, of);
      await remove(of);
      return { group, entry: (await newestEntry(of)).id };
    };
    const statementsFor = async (entry: string) =>
      (await app.statementsOf(() => restored(entry))).filter((text) => !/COMMIT|START|BEGIN/.test(text)).length;
    const [few, many] = [await withGroups("few", 1), await withGroups("many", 30)];
    expect(await statementsFor(many.entry)).toBe(await statementsFor(few.entry));
    expect(await secretOf(many.group)).toBe("hunter29");
  });

  it("brings a scrape job back with the credentials that it had, for the targets that they were given for", async () => {
    const credentials = (password: string) => ({ basicAuth: { username: "me", password } });
    const targets = (...hosts: string[]) => hosts.map((host) => ({ host, port: 443 }));
    const input = { project, name: "shop", scheme: "HTTPS", staticTargets: targets("192.0.2.1", "192.0.2.2") };
    const creation = `mutation ($input: ScrapeJobCreateInput!) { scrapeJobCreate(input: $input) { scrapeJob { id } userErrors { message } } }`;
    const made = await app.data(app.operator, creation, { input: { ...input, credentials: credentials("hunter2") } });
    const { id } = made.scrapeJobCreate.scrapeJob;
    const { id: created } = await newestEntry(id);
    const change = `mutation ($id: ID!, $input: ScrapeJobUpdateInput!) { scrapeJobUpdate(id: $id, input: $input) { userErrors { message } } }`;
    const fewer = { staticTargets: targets("192.0.2.1") };
    await app.data(app.operator, change, { id, input: fewer });
    const read = `query ($id: ID!) { node(id: $id) { ... on ScrapeJob { staticTargets { host } credentials { username secret } } } }`;
    const now = async () => (await app.data(agent, read, { id })).node;
    const first = {
      staticTargets: [{ host: "192.0.2.1" }, { host: "192.0.2.2" }],
      credentials: { username: "me", secret: "hunter2" },
    };
    // Who only keeps the password cannot have it sent there again; that state, somebody gave it for.
    const keep = { basicAuth: { username: "me", keepPassword: true } };
    const wider = { staticTargets: input.staticTargets, credentials: keep };
    expect((await app.data(app.operator, change, { id, input: wider })).scrapeJobUpdate.userErrors).toHaveLength(1);
    expect(await restored(created)).toEqual({ entity: { id }, userErrors: [] });
    expect(await now()).toEqual(first);
    await app.data(app.operator, change, { id, input: { credentials: credentials("hunter3") } });
    await remove(id);
    expect(await restored(created)).toEqual({ entity: { id }, userErrors: [] });
    expect(await now()).toEqual(first);
    await remove(id);
    await sql("DELETE FROM secret WHERE entity_id = ?", [id]);
    expect(await restored(created)).toEqual(gone("after", id, "credentials"));
    expect(JSON.stringify(await sql("SELECT * FROM audit_entry"))).not.toMatch(/hunter/);
  });

  const gone = (state: string, id: string, ...path: string[]) => ({
    entity: null,
    userErrors: [
      {
        code: "NOT_FOUND",
        message: expect.stringMatching(
          new RegExp(`^The secret sec_\\w+ of ${id} cannot be read: it is not in the database any more\\.$`),
        ),
        path: ["auditEntry", state, ...path, "secret"],
      },
    ],
  });
  const notRecorded = {
    entity: null,
    userErrors: [
      {
        code: "NOT_FOUND",
        message: "Which secret this contact had was not recorded then. Create the group anew, with a secret.",
        path: ["auditEntry", "after", "contacts", "0", "secret"],
      },
    ],
  };

  it("is refused when the secret is not kept any more", async () => {
    const id = await makeGroup("pruned", "hunter2");
    await remove(id);
    await sql("DELETE FROM secret WHERE entity_id = ?", [id]);
    expect(await restored((await newestEntry(id)).id)).toEqual(gone("before", id, "contacts", "0"));
  });

  it.each(["(secret)", "(new secret)"])(
    "takes %s, from before secrets had references, for the one of today",
    async (mask) => {
      const id = await makeGroup(`masked ${mask}`, "hunter2");
      const { id: entry, after } = await newestEntry(id);
      const masked = {
        ...after,
        name: "renamed",
        contacts: [{ ...after.contacts[0], sendResolved: false, secret: mask }],
      };
      await sql("UPDATE audit_entry SET `after` = ? WHERE id = ?", [JSON.stringify(masked), entry]);
      expect(await restored(entry)).toEqual({ entity: { id }, userErrors: [] });
      expect(await secretOf(id)).toBe("hunter2");
      const elsewhere = { ...webhook(null), value: "https://elsewhere.example.org" };
      await app.data(app.operator, update, { id, input: { contacts: [elsewhere] } });
      expect(await restored(entry)).toEqual(notRecorded);
      await remove(id);
      expect(await restored(entry)).toEqual(notRecorded);
    },
  );
});
