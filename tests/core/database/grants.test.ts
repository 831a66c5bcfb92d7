import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createConnection } from "mysql2/promise";
import { getMetadataArgsStorage } from "typeorm";
import { beforeAll, describe, expect, it } from "vitest";
import { migrations } from "../../../migrations/migrations.js";
import { databaseSettings } from "../../../server/core/database/database-settings.js";
import { openDatabase } from "../../../server/core/database/open-database.js";
import { entities } from "../../../server/entities.js";
import { existingIds } from "../../contract/existing-ids.js";
import { operationOn, rootFields } from "../../contract/generated-operation.js";
import { type SampleApp, startSampleApp } from "../../contract/sample-app.js";
import { createGrantedDatabase, type GrantedDatabase } from "../../support/granted-database.js";
import type { MariadbSettings } from "../../support/mariadb.js";
import { type Sql, sqlOn } from "../../support/sql.js";

const open = (settings: object) => openDatabase(databaseSettings.parse(settings), { entities, migrations });

const connected = (settings: MariadbSettings): Promise<Sql> => sqlOn(settings);

/** Of the classes that share a table, the first alone has it. */
function tableNames(): (string | undefined)[] {
  const known: readonly unknown[] = entities;
  const tables = getMetadataArgsStorage().tables.filter(
    ({ target, type }) => known.includes(target) && type !== "entity-child",
  );
  return tables.map(({ name }) => name);
}

describe("under the documented rights", () => {
  let granted: GrantedDatabase;
  let app: SampleApp;
  let asServer: Sql;
  beforeAll(async () => {
    granted = await createGrantedDatabase();
    app = await startSampleApp({ database: granted.settings });
    asServer = await connected(granted.settings);
  });

  it("the server makes every kind of change", async () => {
    const { ids } = app;
    const changes = [
      `projectUpdate(id: "${ids.prj}", input: { description: "x" })`,
      `contactGroupUpdate(id: "${ids.cgr}", input: { makeDefault: true, contacts: [{ type: WEBHOOK, value: "https://example.org", secret: "s" }] })`,
      `scrapeJobUpdate(id: "${ids.job}", input: { enabled: false })`,
      `alertingRuleUpdate(id: "${ids.rul}", input: { for: "5m" })`,
      `globalRuleUpdate(id: "${ids.grl}", input: { severity: "page" })`,
      `silenceUpdate(id: "${ids.sil}", input: { comment: "longer" })`,
      `apiTokenRevoke(id: "${ids.tok}")`,
      `contactGroupDelete(id: "${ids.cgr}")`,
      `globalRuleDelete(id: "${ids.grl}")`,
      `projectDelete(id: "${ids.prj}")`,
    ];
    for (const change of changes) {
      const { payload } = await app.data(
        app.operator,
        `mutation { payload: ${change} { userErrors { code message } } }`,
      );
      expect([change, payload.userErrors]).toEqual([change, []]);
    }
    const query = `{ auditEntries(filter: { action: DELETE, entityType: "Project" }) { nodes { id } } }`;
    const [deletion] = (await app.data(app.operator, query)).auditEntries.nodes;
    const restore = `mutation { entityRestore(auditEntry: "${deletion.id}") { entity { id } userErrors { message } } }`;
    expect((await app.data(app.operator, restore)).entityRestore).toEqual({ entity: { id: ids.prj }, userErrors: [] });
    expect(await app.refusals()).toEqual([]);
  });

  it("the server lacks no right, whatever it is asked", async () => {
    const agent = await app.token("AGENT");
    const fields = [...rootFields(app.app.schema, "query"), ...rootFields(app.app.schema, "mutation")];
    for (const field of fields) {
      const { query, variables } = operationOn(field, existingIds(app.ids, field.name));
      for (const token of [app.operator, agent]) {
        // Twice, as what was made the first time is altered the second.
        for (const _ of [1, 2]) {
          const { errors = [] } = await app.graphql(token, query, variables);
          const failures = errors.filter(({ extensions: { code } }) => /INTERNAL|UPSTREAM/.test(String(code)));
          expect([field.name, failures]).toEqual([field.name, []]);
        }
      }
    }
  });

  it.each([
    "UPDATE audit_entry SET actor = 'somebody else'",
    "UPDATE audit_entry SET actor = actor WHERE 1 = 0",
    "DELETE FROM audit_entry",
    "DELETE FROM audit_entry WHERE 1 = 0",
    "TRUNCATE TABLE audit_entry",
    "DROP TABLE audit_entry",
    "ALTER TABLE audit_entry DROP COLUMN reason",
    "ALTER TABLE audit_entry ENGINE = MEMORY",
    "RENAME TABLE audit_entry TO hidden",
    "CREATE OR REPLACE TABLE audit_entry (id int)",
    "CREATE TRIGGER forged BEFORE INSERT ON audit_entry FOR EACH ROW SET NEW.actor = 'somebody else'",
    "CREATE INDEX more ON audit_entry (reason)",
    "REPLACE INTO audit_entry SELECT * FROM audit_entry",
    "INSERT INTO audit_entry SELECT * FROM audit_entry ON DUPLICATE KEY UPDATE actor = 'somebody else'",
    "CREATE TABLE another (id int)",
    "DROP TABLE project",
    "GRANT DELETE ON audit_entry TO CURRENT_USER()",
  ])("MariaDB refuses the server's own user: %s", async (statement) => {
    const before = await asServer("SELECT COUNT(*) AS entries, MIN(actor) AS actor FROM audit_entry");
    await expect(asServer(statement)).rejects.toMatchObject({
      errno: expect.toSatisfy((errno: number) => [1142, 1044, 1227, 1410].includes(errno)),
    });
    expect(await asServer("SELECT COUNT(*) AS entries, MIN(actor) AS actor FROM audit_entry")).toEqual(before);
  });

  it("the server's own user has exactly the rights that are documented", async () => {
    const grants = (await asServer("SHOW GRANTS")).map((row) => String(Object.values(row)[0]));
    const rights = grants.flatMap(
      (grant) => /^GRANT (.+) ON (?:`\w+`\.)?(\S+) TO/.exec(grant)?.slice(1, 3).join(" ON ") ?? [],
    );
    const tables = (await connectedTables()).filter((table) => table !== "migration");
    expect(rights.toSorted()).toEqual(
      [
        "USAGE ON *.*",
        ...tables.map((table) =>
          table === "audit_entry" ? `SELECT, INSERT ON \`${table}\`` : `SELECT, INSERT, UPDATE, DELETE ON \`${table}\``,
        ),
      ].toSorted(),
    );
  });

  const connectedTables = async (): Promise<string[]> => {
    const tables = await (await connected(granted.administrator))(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
    );
    return tables.map(({ name }) => String(name));
  };

  it("the statements may be run again, while the server works", async () => {
    await granted.grant();
    expect(await app.data(app.operator, "{ revision }")).toEqual({ revision: expect.any(Number) });
  });
});

describe("a server with a user for maintenance", () => {
  it("migrates an empty database by that user, of several servers one", async () => {
    const { settings, administrator } = await createGrantedDatabase();
    const servers = await Promise.all([open(settings), open(settings)]);
    const applied = await (await connected(administrator))("SELECT COUNT(*) AS count FROM migration");
    await Promise.all(servers.map((server) => server.close()));
    expect(Number(applied[0]?.count)).toBe(migrations.length);
  });

  it("cannot do without it: its own user may not migrate", async () => {
    const { settings } = await createGrantedDatabase();
    const { maintenance: _, ...alone } = settings;
    await expect(open(alone)).rejects.toThrow(
      /^CREATE command denied to user .* Give the right, or name somebody who has it under database\.maintenance;/,
    );
  });

  it("says at its start which tables its own user has no rights on", async () => {
    const { settings, administrator, grant } = await createGrantedDatabase();
    const { type: _, name: database, ...login } = administrator;
    const connection = await createConnection({ ...login, database });
    for (const table of ["rule", "agent"]) {
      await connection.query(`REVOKE ALL ON ${database}.${table} FROM ${settings.user}@'%'`);
    }
    await connection.end();
    await expect(open(settings)).rejects.toThrow(
      `The user ${settings.user} has no rights on the tables agent, rule. Give it those in server/database-grants.sql.`,
    );
    await grant();
    await (await open(settings)).close();
  });
});

it("the documented statements name every table that the entities have", () => {
  const file = fileURLToPath(new URL("../../../server/database-grants.sql", import.meta.url));
  const named = [...readFileSync(file, "utf8").matchAll(/^GRANT .* ON metricsinfra\.(\w+) TO/gm)].map(
    ([, table]) => table,
  );
  const revoked = [...readFileSync(file, "utf8").matchAll(/^REVOKE CREATE ON metricsinfra\.(\w+) FROM/gm)].map(
    ([, table]) => table,
  );
  expect(named.toSorted()).toEqual(tableNames().toSorted());
  expect(revoked).toEqual(named);
});
