import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { newId } from "../../server/core/ids.js";
import { serverItself } from "../../server/own-callers.js";
import { settingsOf } from "../../server/settings.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase, type DatabaseSettings } from "../support/databases.js";
import { createGrantedDatabase } from "../support/granted-database.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { freePort } from "../support/ports.js";
import { startProcess } from "../support/process.js";
import { insertCopies, type Sql, sqlOn } from "../support/sql.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const dayMs = 86_400_000;
const kinds: [title: string, create: () => Promise<DatabaseSettings>][] = [
  ["SQLite", createSqliteDatabase],
  ["MariaDB", createMariadbDatabase],
  ["MariaDB under the documented rights", async () => (await createGrantedDatabase()).settings],
];

describe.each(kinds)("on %s", (_title, create) => {
  const createProject = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } userErrors { code } } }`;
  const createToken = `mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { apiToken { id } } }`;
  const revokeToken = `mutation ($id: ID!) { apiTokenRevoke(id: $id) { apiToken { id } } }`;
  const createGroup = `mutation ($input: ContactGroupCreateInput!) { contactGroupCreate(input: $input) { contactGroup { id } } }`;
  const secrets = async (sql: Sql) => (await sql("SELECT id FROM secret")).map(({ id }) => id);
  /** Of the entries those on projects: others tell of the tokens that the test itself makes. */
  const ids = async (sql: Sql) =>
    (await sql("SELECT id FROM audit_entry WHERE entity_type = 'Project' ORDER BY id")).map(({ id }) => id);
  const project = async (app: TestApp, name: string, headers = {}) =>
    (await app.data(app.operator, createProject, { name }, headers)).projectCreate;
  /** Adds so many entries, older by a second each; answers their ids. */
  const addEntries = async (sql: Sql, count: number, newest: number): Promise<string[]> => {
    const [template] = await sql("SELECT id FROM audit_entry WHERE entity_type = 'Project' LIMIT 1");
    const made = Array.from({ length: count }, () => newId("aud"));
    await insertCopies(sql, "audit_entry", String(template?.id), count, (index) => ({
      id: made[index],
      at: new Date(newest - index * 1_000).toISOString().replace("T", " ").slice(0, -1),
      idempotency_key: null,
    }));
    return made;
  };

  /** Adds two acknowledgements, of which one ended a moment ago. */
  const addAcknowledgements = async (sql: Sql, time: number): Promise<void> => {
    const at = (ms: number) => new Date(ms).toISOString().replace("T", " ").slice(0, -1);
    const columns =
      "id, revision, version, fingerprint, starts_at, labels, places, owner_name, created_by, created_by_id, note, quiet, created_at, updated_at, ended_at";
    for (const [index, endedAt] of [at(time), "9999-12-31 23:59:59.999"].entries()) {
      await sql(
        `INSERT INTO acknowledgement (${columns}) VALUES (?, 1, 1, ?, ?, '{}', '[]', 'a', 'a', 'a', '', 0, ?, ?, ?)`,
        [newId("ack"), `${index}`.padStart(16, "0"), at(time), at(time), at(time), endedAt],
      );
    }
  };

  it("removes what is older than it is kept, and secrets that only that referred to", async () => {
    const database = await create();
    let time = Date.UTC(2030, 0, 1);
    const app = await startApp(database, { now: () => new Date(time), audit: { retentionDays: 30 } });
    const sql = await sqlOn(database);
    const { id } = (await project(app, "first")).project;
    const contacts = (secret: string) => [{ type: "WEBHOOK", value: "https://example.org", secret }];
    const makeGroup = async (name: string) => {
      const input = { project: id, name, contacts: contacts("one") };
      return (await app.data(app.operator, createGroup, { input })).contactGroupCreate.contactGroup.id;
    };
    const [kept, gone] = [await makeGroup("kept"), await makeGroup("gone")];
    const secretOfKept = (await sql("SELECT id FROM secret WHERE entity_id = ?", [kept]))[0]?.id;
    await app.data(app.operator, `mutation { contactGroupDelete(id: "${gone}") { deletedId } }`);
    expect(await secrets(sql)).toHaveLength(2);
    const tokens: string[] = [];
    for (const expiresAt of [null, null, new Date(time + 1)]) {
      const input = { name: "script", globalRole: "READER", expiresAt };
      tokens.push((await app.data(app.operator, createToken, { input })).apiTokenCreate.apiToken.id);
    }
    await app.data(app.operator, revokeToken, { id: tokens[0] });
    await addAcknowledgements(sql, time);

    time += 30 * dayMs;
    await project(app, "second");
    const before = await ids(sql);
    expect(await app.app.retention.prune(serverItself)).toEqual({
      before: new Date(time - 30 * dayMs),
      entries: 0,
      secrets: 0,
      apiTokens: 0,
      acknowledgements: 0,
    });
    expect(await ids(sql)).toEqual(before);
    time += 2;
    expect(await app.app.retention.prune(serverItself)).toEqual({
      before: new Date(time - 30 * dayMs),
      entries: 9,
      secrets: 1,
      apiTokens: 2,
      acknowledgements: 1,
    });
    const { auditEntries } = await app.data(
      app.operator,
      "{ auditEntries { nodes { entityType action actor actorKind before after } } }",
    );
    const removed = {
      olderThan: new Date(time - 30 * dayMs).toISOString(),
      entries: 9,
      secrets: 1,
      apiTokens: 2,
      acknowledgements: 1,
    };
    expect(auditEntries.nodes).toEqual([
      {
        ...{ entityType: "ChangeLog", action: "DELETE", actor: "server", actorKind: "SERVER" },
        ...{ before: removed, after: null },
      },
      expect.objectContaining({ entityType: "Project", action: "CREATE" }),
    ]);
    expect(await secrets(sql)).toEqual([secretOfKept]);
    expect(await app.app.retention.prune(serverItself)).toEqual({
      before: new Date(time - 30 * dayMs),
      entries: 0,
      secrets: 0,
      apiTokens: 0,
      acknowledgements: 0,
    });
    expect((await project(app, "third")).userErrors).toEqual([]);
    await app.close();
  });

  it("keeps for a day at the least what a repeat with the same key is known by, and everything when told so", async () => {
    const database = await create();
    let time = Date.UTC(2030, 0, 1);
    const now = () => new Date(time);
    const app = await startApp(database, { now, audit: { retentionDays: 1 } });
    const sql = await sqlOn(database);
    const headers = { "idempotency-key": "again" };
    const first = await project(app, "once", headers);
    time += dayMs;
    expect(await app.app.retention.prune(serverItself)).toMatchObject({ entries: 0 });
    expect(await project(app, "once", headers)).toEqual(first);
    await app.close();
    time += 1_000 * dayMs;
    const forever = await startApp(database, { now, audit: { retentionDays: 0 } });
    const before = await ids(sql);
    expect(await forever.app.retention.prune(serverItself)).toBeNull();
    expect(await ids(sql)).toEqual(before);
    await forever.close();
  });

  it("lets writers through while it removes a lot, and at the end has removed it all", async () => {
    const database = await create();
    const app = await startApp(database, { audit: { retentionDays: 30 } });
    const sql = await sqlOn(database);
    await project(app, "first");
    const before = await ids(sql);
    await addEntries(sql, 5_250, Date.now() - 31 * dayMs);
    let isDone = false;
    const pruning = app.app.retention.prune(serverItself).finally(() => {
      isDone = true;
    });
    let written = 0;
    while (!isDone) {
      expect((await project(app, `while-${written}`)).userErrors).toEqual([]);
      if (!isDone) written++;
    }
    expect(await pruning).toMatchObject({ entries: 5_250 });
    expect(written).toBeGreaterThan(2);
    const left = await ids(sql);
    expect(left.slice(0, before.length)).toEqual(before);
    await app.close();
  });

  it("is done by the server itself, which says so and which it does not keep from stopping", async () => {
    const database = await create();
    const first = await startApp(database);
    const sql = await sqlOn(database);
    await project(first, "first");
    const before = await ids(sql);
    await addEntries(sql, 3, Date.now() - 401 * dayMs);
    await first.close();
    const lines: string[] = [];
    const app = await startApp(database, { random: () => 0, onLog: (line) => lines.push(line) });
    await waitFor(async () => (await ids(sql)).length === before.length, { what: "old entries to be removed" });
    expect(await ids(sql)).toEqual(before);
    await waitFor(() => lines.length > 0, { what: "the line about it" });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 30,
        time: expect.any(String),
        before: expect.any(String),
        entries: 3,
        apiTokens: 0,
        acknowledgements: 0,
        secrets: 0,
        msg: "Removed old entries of the change log",
      },
    ]);
    await app.close();

    const again = await startApp(database);
    await addEntries(sql, 20_000, Date.now() - 401 * dayMs);
    await again.close();
    const stopped = await startApp(database, { random: () => 0 });
    const left = async () => (await ids(sql)).length;
    await waitFor(async () => (await left()) < 20_000, { what: "the first to be removed" });
    await stopped.close();
    expect(await left()).toBeGreaterThan(before.length);
  });

  it("is a command too", async () => {
    const database = await create();
    const app = await startApp(database);
    const sql = await sqlOn(database);
    await project(app, "first");
    await addEntries(sql, 3, Date.now() - 8 * dayMs);
    await app.close();
    const folder = await tempFolder("retention");
    const run = async (retentionDays: number) => {
      const file = join(folder, `${retentionDays}.yml`);
      await writeFile(file, JSON.stringify({ listen: { port: await freePort() }, database, audit: { retentionDays } }));
      const main = fileURLToPath(new URL("../../dist/server/main.js", import.meta.url));
      const started = await startProcess({
        name: "prune-audit",
        command: process.execPath,
        args: [main, "prune-audit", "--settings", file],
      });
      const { code } = await started.exited;
      return { code, output: started.output };
    };
    expect(await run(0)).toEqual({
      code: 0,
      output: "Nothing is removed: audit.retentionDays is 0, which keeps everything for ever.\n",
    });
    const done = {
      code: 0,
      output: expect.stringMatching(
        /^Removed 3 entries from before 20\S+Z, 0 API tokens and 0 acknowledgements that had ended by then, and 0 secrets\.\n$/,
      ),
    };
    expect(await run(7)).toEqual(done);
    expect((await ids(sql)).length).toBe(1);
  });
});

describe("of several servers on one MariaDB", () => {
  it("one removes old entries at a time", async () => {
    const database = await createMariadbDatabase();
    const servers = [await startApp(database), await startApp(database)];
    const sql = await sqlOn(database);
    await servers[0]?.data(servers[0].operator, `mutation { projectCreate(input: { name: "p" }) { project { id } } }`);
    const [row] = await sql("SELECT id FROM audit_entry WHERE entity_type = 'Project'");
    await insertCopies(sql, "audit_entry", String(row?.id), 3_000, () => ({
      id: newId("aud"),
      at: "2020-01-01 00:00:00.000",
    }));
    const outcomes = await Promise.all(servers.map(({ app }) => app.retention.prune(serverItself)));
    expect(outcomes.map((pruned) => pruned?.entries ?? null).toSorted()).toEqual([3_000, null]);
    expect(await servers[1]?.app.retention.prune(serverItself)).toMatchObject({ entries: 0 });
  });

  it("one whose user lacks the right says which, and what to do", async () => {
    const { settings, administrator } = await createGrantedDatabase();
    const { maintenance: _, ...alone } = settings;
    const asAdministrator = await sqlOn(administrator);
    await asAdministrator(
      `GRANT CREATE, ALTER, DROP, INDEX, SELECT, INSERT, UPDATE ON ${settings.name}.* TO ${settings.user}@'%'`,
    );
    const { app } = await startApp(alone);
    await asAdministrator(
      `INSERT INTO ${settings.name}.audit_entry (id, revision, at, actor_id, actor, actor_kind, request_id, action, entity_type, entity_id) VALUES ('aud_1', 1, '2020-01-01', 'a', 'a', 'API_TOKEN', 'r', 'CREATE', 'Project', 'prj_1')`,
    );
    await expect(app.retention.prune(serverItself)).rejects.toThrow(
      /^DELETE command denied to user '\w+_server'@'127\.0\.0\.1' for table `\w+`\.`audit_entry`\. Give the right, or name somebody who has it under database\.maintenance; see server\/database-grants\.sql\.$/,
    );
  });
});

it("is set in whole days", () => {
  const database = { type: "sqlite", file: "x" } as const;
  const retention = (retentionDays?: number) =>
    settingsOf({ database, audit: retentionDays === undefined ? {} : { retentionDays } }).audit.retentionDays;
  expect([retention(), retention(0), retention(1)]).toEqual([400, 0, 1]);
  for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 36_501]) expect(() => retention(wrong)).toThrow();
});
