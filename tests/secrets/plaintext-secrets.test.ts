import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { operatorCaller, startApp, type TestApp } from "../support/app.js";
import { untilFileEnd } from "../support/at-end.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";
import {
  createGroup,
  createProject,
  groupCreate,
  groupDelete,
  groupUpdate,
  secretsOf,
  webhook,
} from "./contact-operations.js";

const keys = [{ id: "first", key: Buffer.alloc(32, 1).toString("base64") }];
const numbers = Array.from({ length: 48 }, (_, index) => index + 1);
const unsupported = (...path: string[]) => ({
  code: "UNSUPPORTED",
  message: "This server cannot keep secrets: its operator has to set secrets.keys in its settings first.",
  path: ["input", "contacts", ...path],
});
const kept = { type: "WEBHOOK", value: "https://example.org/0", keepSecret: true };

describeOnEachDatabase((database) => {
  let app: TestApp;
  let agent: string;
  let project: string;
  const log: string[] = [];

  const start = async (secrets: object) => {
    await app?.close();
    log.length = 0;
    const onLog = (line: string) => void log.push(JSON.parse(line).msg);
    app = await untilFileEnd(() => startApp(database.settings, { secrets, onLog }));
    agent = await app.token("AGENT");
  };
  const onDatabase = <T>(work: (content: DatabaseContent) => Promise<T>) => DatabaseContent.of(database.settings, work);
  /** A group as it was stored before secrets were encrypted. */
  const createOld = async (name: string, more: readonly object[] = []) => {
    const id = await createGroup(app, project, name, [null]);
    const contact = { type: "WEBHOOK", value: "https://example.org/0", sendResolved: true, secret: `plain-${name}` };
    const mail = { type: "EMAIL", value: 'a"secret":"@b', sendResolved: true, secret: null };
    const contacts = JSON.stringify([contact, mail, ...more]);
    await onDatabase((content) => content.sql("UPDATE contact_group SET contacts = ? WHERE id = ?", [contacts, id]));
    return id;
  };
  const read = async (id: string) => (await secretsOf(app, agent, id))[0];
  const update = async (id: string, input: object, dryRun = false) =>
    (await app.data(app.operator, groupUpdate, { id, input, dryRun })).contactGroupUpdate;

  beforeAll(async () => {
    await start({});
    project = await createProject(app, "tools");
  });

  it("is refused while the server has no key, with what its operator has to do; contacts without secrets are not", async () => {
    const contacts = [webhook(null, 0), webhook("given", 1), { type: "SLACK", value: "#a", secret: "https://a/b" }];
    const userErrors = [unsupported("1", "secret"), unsupported("2", "secret")];
    for (const dryRun of [true, false]) {
      const created = await app.data(app.operator, groupCreate, { input: { project, name: "no", contacts }, dryRun });
      expect(created.contactGroupCreate).toEqual({ contactGroup: null, diff: [], revision: null, userErrors });
    }
    const id = await createGroup(app, project, "bare", [null]);
    expect(await update(id, { contacts: [webhook("given")] })).toMatchObject({
      userErrors: [unsupported("0", "secret")],
    });
  });

  it("of rows from before stays readable and may be kept while there is no key, and the server says so as it starts", async () => {
    const id = await createOld("old");
    await createOld("untouched");
    await start({});
    expect(log).toEqual([
      '2 contact groups hold secrets that are not encrypted: set secrets.keys and run "rotate-secrets".',
    ]);
    expect(await read(id)).toEqual({ secret: "plain-old", secretProblem: null });
    expect(await secretsOf(app, app.operator, id)).toEqual([
      { secret: null, secretProblem: null },
      { secret: null, secretProblem: null },
    ]);
    const { diff } = await update(id, { contacts: [{ ...kept, sendResolved: false }] });
    expect(diff).toMatchObject([
      { before: [{ secret: "(secret)" }, { secret: null }], after: [{ secret: "(secret)" }] },
    ]);
    expect(await read(id)).toEqual({ secret: "plain-old", secretProblem: null });
    await expect(app.app.secrets.rotate(operatorCaller())).rejects.toThrow("set secrets.keys in the settings");
  });

  it("is encrypted by whoever writes the contacts of a row from before, once there is a key", async () => {
    await start({ keys });
    const id = await createOld("rewritten");
    expect((await update(id, { name: "renamed" })).diff).toEqual([
      { field: "name", before: "rewritten", after: "renamed" },
    ]);
    const dry = await update(id, { contacts: [kept] }, true);
    expect(dry.diff[0].after).toMatchObject([{ secret: "(new secret)" }]);
    const { diff } = await update(id, { contacts: [kept] });
    expect(diff[0].after).toMatchObject([{ secret: expect.stringMatching(/^sec_/) }]);
    expect(await read(id)).toEqual({ secret: "plain-rewritten", secretProblem: null });
    expect(await onDatabase((content) => content.dump())).not.toContain("plain-rewritten");
  });

  it("is gone from the database after a rotation, which is in the change log and may be repeated", async () => {
    const [seen, alone] = [await createOld("seen"), await createGroup(app, project, "alone", ["sealed"])];
    const { version } = (await update(alone, {})).contactGroup;
    expect(await onDatabase((content) => content.dump())).toContain("plain-seen");
    expect(await app.app.secrets.rotate(operatorCaller())).toEqual({
      contactGroups: 3,
      keyId: "first",
      reencrypted: 0,
      problems: [],
      remaining: new Map(),
    });
    expect(await onDatabase((content) => content.dump())).not.toContain("plain-");
    expect(await read(seen)).toEqual({ secret: "plain-seen", secretProblem: null });
    expect(await read(alone)).toEqual({ secret: "sealed", secretProblem: null });
    expect((await update(alone, {})).contactGroup.version).toBe(version);
    const history = `query ($id: ID!) { auditEntries(filter: { entityId: $id }, first: 1) { nodes { action actor before after } } }`;
    expect((await app.data(app.operator, history, { id: seen })).auditEntries.nodes).toMatchObject([
      {
        action: "UPDATE",
        actor: "test",
        before: { contacts: [{ secret: "(secret)" }, { secret: null }] },
        after: { contacts: [{ secret: expect.stringMatching(/^sec_/) }, { secret: null }] },
      },
    ]);
    expect(await app.app.secrets.rotate(operatorCaller())).toMatchObject({ contactGroups: 0 });
    await start({ keys });
    expect(log).toEqual([]);
  });

  it("is gone from the database's file, too, once the server that encrypted it has stopped", async () => {
    if (database.settings.type !== "sqlite") return;
    // More than a page of the file holds.
    const more = numbers.map((index) => ({
      ...webhook(`plain-${index}-${"x".repeat(1_000)}`, index),
      sendResolved: true,
    }));
    const id = await createOld("long", more);
    await createOld("short");
    await start({ keys });
    const { file } = database.settings;
    expect(await readFile(file, "latin1")).toContain("plain-short");
    await app.app.secrets.rotate(operatorCaller());
    await app.data(app.operator, groupDelete, { id });
    await start({ keys });
    expect(await readFile(file, "latin1")).not.toMatch(/plain-|xxxxxxxxxx/);
  });

  it("is moved without losing what people write at the same time", async () => {
    const ids: string[] = [];
    for (let number = 0; number < 20; number++) ids.push(await createOld(`busy-${number}`));
    const writes = ids.map((id, number) => update(id, { name: `busy ${number} renamed` }));
    const [rotated, ...written] = await Promise.all([app.app.secrets.rotate(operatorCaller()), ...writes]);
    expect(rotated.contactGroups).toBe(20);
    const conflict = [expect.objectContaining({ code: "CONFLICT" })];
    for (const [number, id] of ids.entries()) {
      expect(await read(id)).toEqual({ secret: `plain-busy-${number}`, secretProblem: null });
      expect([[], conflict]).toContainEqual(written[number].userErrors);
    }
    expect(await onDatabase((content) => content.dump())).not.toContain("plain-busy");
    await app.data(app.operator, groupDelete, { id: ids[0] });
  });
});
