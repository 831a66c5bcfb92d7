import { expect, it } from "vitest";
import { migrations } from "../../../migrations/migrations.js";
import { Revision } from "../../../server/audit/revision.js";
import { databaseSettings } from "../../../server/core/database/database-settings.js";
import { openDatabase } from "../../../server/core/database/open-database.js";
import { entities } from "../../../server/entities.js";
import { atEnd } from "../../support/at-end.js";
import { createSqliteDatabase } from "../../support/databases.js";

it("loses no write that it acknowledged after one that the disk had no room for", async () => {
  const database = await openDatabase(databaseSettings.parse(await createSqliteDatabase()), { entities, migrations });
  atEnd(() => database.close());
  const most = (pages: number) => database.transaction((manager) => manager.query(`PRAGMA max_page_count = ${pages}`));
  const add = (from: number, count: number) =>
    database.transaction(async (manager) => {
      for (let id = from; id < from + count; id++)
        await manager.insert(Revision, { id, value: 0, globalRulesValue: 0 });
    });
  const [{ page_count: pages }] = await database.read((manager) => manager.query("PRAGMA page_count"));
  await most(pages);
  await expect(add(1_000, 5_000)).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
  await most(1_000_000);
  await add(10_000, 1);
  const ids = await database.read((manager) => manager.find(Revision, { select: { id: true }, order: { id: "ASC" } }));
  expect(ids.map(({ id }) => id)).toEqual([1, 10_000]);
});

it("loses no write that it acknowledged after SQLite ended a transaction by itself, or left one open", async () => {
  const database = await openDatabase(databaseSettings.parse(await createSqliteDatabase()), { entities, migrations });
  atEnd(() => database.close());
  const run = (...statements: string[]) =>
    database.transaction(async (manager) => {
      for (const statement of statements) await manager.query(statement);
    });
  const add = (id: number) => `INSERT INTO revision VALUES (${id}, 0, 0)`;
  // What a full disk does to a statement or a COMMIT, done by a trigger that rolls back and a constraint checked at the end.
  await run(
    "CREATE TRIGGER full BEFORE INSERT ON revision WHEN new.id = 99 BEGIN SELECT RAISE(ROLLBACK, 'ended by itself'); END",
    "CREATE TABLE deferred (of INTEGER REFERENCES revision (id) DEFERRABLE INITIALLY DEFERRED)",
  );
  for (const id of [2, 3]) {
    await expect(run(add(id), add(99))).rejects.toThrow("ended by itself");
    await run(add(id + 10));
    await expect(run(add(id), "INSERT INTO deferred VALUES (77)")).rejects.toThrow("FOREIGN KEY");
    await run(add(id + 20));
  }
  const ids = await database.read((manager) => manager.find(Revision, { select: { id: true }, order: { id: "ASC" } }));
  expect(ids.map(({ id }) => id)).toEqual([1, 12, 13, 22, 23]);
});
