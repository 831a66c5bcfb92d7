import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { createConnection } from "mysql2/promise";
import { expect, test } from "vitest";
import { type DatabaseSettings, describeOnEachDatabase } from "./databases.js";

const COMMANDS = ["CREATE TABLE t (name varchar(10) PRIMARY KEY)", "INSERT INTO t VALUES ('a'), ('A'), ('a '), ('ä')"];
const NAMES = "SELECT name FROM t";

async function names(settings: DatabaseSettings): Promise<readonly unknown[]> {
  if (settings.type === "sqlite") {
    const sqlite = new Database(settings.file);
    for (const command of COMMANDS) sqlite.exec(command);
    const rows = sqlite.prepare(NAMES).all();
    sqlite.close();
    return rows;
  }
  const { type: _type, name: database, ...login } = settings;
  const mariadb = await createConnection({ ...login, database });
  for (const command of COMMANDS) await mariadb.query(command);
  const [rows] = await mariadb.query(NAMES);
  await mariadb.end();
  return rows as unknown[];
}

describeOnEachDatabase((database) => {
  test("each database starts empty and keeps apart names that differ by case or trailing space", async () => {
    expect(database.settings.type).toBe(database.type);
    const another = await database.another();
    expect(another).not.toEqual(database.settings);
    for (const settings of [database.settings, another]) {
      if (settings.type === "sqlite") expect(existsSync(settings.file)).toBe(false);
      const rows = (await names(settings)) as { name: string }[];
      expect(rows.map((row) => row.name).toSorted()).toEqual(["A", "a", "a ", "ä"]);
    }
  });
});
