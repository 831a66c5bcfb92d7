import { connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { migrations } from "../../../migrations/migrations.js";
import { databaseSettings } from "../../../server/core/database/database-settings.js";
import { openDatabase } from "../../../server/core/database/open-database.js";
import { entities } from "../../../server/entities.js";
import { withSource } from "../../support/data-source.js";
import { createSqliteDatabase, describeOnEachDatabase } from "../../support/databases.js";
import { createMariadbDatabase } from "../../support/mariadb.js";
import { freePort } from "../../support/ports.js";

const open = (settings: object, more = {}) =>
  openDatabase(databaseSettings.parse(settings), { entities, migrations, ...more });

describeOnEachDatabase((database) => {
  it("has, after its migrations, exactly the schema that the entities state", async () => {
    await (await open(database.settings)).close();
    const drift = await withSource(database.settings, (source) => source.driver.createSchemaBuilder().log());
    expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it("is refused when a newer program has migrated it", async () => {
    const settings = await database.another();
    await (await open(settings)).close();
    await withSource(settings, (source) =>
      source.query("INSERT INTO migration (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')"),
    );
    await expect(open(settings)).rejects.toThrow(
      "The database has a newer schema (FromTheFuture9999999999999) than this program knows. Start the newer version, or restore a backup.",
    );
  });

  it("goes back to nothing by the migrations' own way down", async () => {
    const settings = await database.another();
    await (await open(settings)).close();
    const tables = await withSource(settings, async (source) => {
      for (const Migration of [...migrations].reverse()) {
        const runner = source.createQueryRunner();
        await new Migration().down(runner);
        await runner.release();
      }
      const rows: { name: string }[] =
        settings.type === "sqlite"
          ? await source.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
          : await source.query(
              "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
            );
      return rows.map(({ name }) => name);
    });
    expect(tables).toEqual(["migration"]);
  });
});

describe("on SQLite alone", () => {
  it("refuses a second server on the same file, and lets it in once the first is gone", async () => {
    const settings = await createSqliteDatabase();
    const first = await open(settings);
    await expect(open(settings)).rejects.toThrow(
      `${settings.file} is in use by another server. SQLite serves one; use MariaDB to run several.`,
    );
    await first.close();
    await (await open(settings)).close();
  });
});

describe("on MariaDB alone", () => {
  it("migrates once when two servers start at once", async () => {
    const settings = await createMariadbDatabase();
    const both = await Promise.all([open(settings), open(settings)]);
    const applied = await withSource(settings, (source) => source.query("SELECT COUNT(*) AS count FROM migration"));
    await Promise.all(both.map((database) => database.close()));
    expect(Number(applied[0].count)).toBe(migrations.length);
  });

  it("is refused when it takes `web` and `WEB` for one name", async () => {
    const settings = await createMariadbDatabase();
    await withSource(settings, (source) => source.query(`ALTER DATABASE ${settings.name} COLLATE utf8mb4_general_ci`));
    await expect(open(settings)).rejects.toThrow(
      `The database ${settings.name} has the collation utf8mb4_general_ci, which takes different names for one. ALTER DATABASE ${settings.name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, before the first start.`,
    );
  });

  it("waits for a server that is not there yet, and says so", async () => {
    const settings = await createMariadbDatabase();
    const port = await freePort();
    const proxy = createServer((client) => {
      const upstream = connect(settings.port, settings.host);
      client.pipe(upstream).pipe(client);
      client.on("error", () => upstream.destroy());
      upstream.on("error", () => client.destroy());
    });
    const messages: string[] = [];
    const onWaiting = (message: string) => {
      messages.push(message);
      if (messages.length === 1) proxy.listen(port, "127.0.0.1");
    };
    const database = await open({ ...settings, port }, { onWaiting });
    await database.ping();
    await database.close();
    await new Promise((resolve) => proxy.close(resolve));
    expect(messages[0]).toMatch(new RegExp(`^Waiting for MariaDB at 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`));
  });

  it("gives up on a server that never comes, with its address and reason", async () => {
    const port = await freePort();
    const settings = { type: "mariadb", host: "127.0.0.1", port, name: "x", user: "x", password: "x" };
    await expect(open(settings, { waitMs: 0 })).rejects.toThrow(
      new RegExp(`^MariaDB at 127\\.0\\.0\\.1:${port} did not answer in time: `),
    );
  });
});
