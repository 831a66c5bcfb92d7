import Sqlite from "better-sqlite3";
import { createConnection } from "mysql2/promise";
import { atEnd } from "./at-end.js";
import type { DatabaseSettings } from "./databases.js";

/** A row as the database holds it. */
export type Row = Record<string, unknown>;

/** Runs a statement beside the server, with `?` for each parameter; answers its rows, JSON as text. */
export type Sql = (statement: string, parameters?: readonly unknown[]) => Promise<Row[]>;

/** A connection of the test's own to the database of a server; it ends with the test, or the file (`atEnd`). */
export async function sqlOn(settings: DatabaseSettings): Promise<Sql> {
  if (settings.type === "sqlite") {
    const sqlite = new Sqlite(settings.file);
    atEnd(() => sqlite.close());
    return async (statement, parameters = []) => {
      const prepared = sqlite.prepare<unknown[], Row>(statement);
      if (prepared.reader) return prepared.all(...parameters);
      prepared.run(...parameters);
      return [];
    };
  }
  const { host, port, user, password, name: database } = settings;
  const mariadb = await createConnection({ host, port, user, password, database, jsonStrings: true });
  atEnd(() => mariadb.end());
  return async (statement, parameters = []) => {
    const [rows] = await mariadb.query(statement, [...parameters]);
    return Array.isArray(rows) ? (rows as Row[]) : [];
  };
}

/** Inserts copies of a row, each with what `change` alters; for tests that need more rows than one would make by mutations. */
export async function insertCopies(
  sql: Sql,
  table: string,
  id: string,
  count: number,
  change: (index: number) => Row,
): Promise<void> {
  const [row] = await sql(`SELECT * FROM ${table} WHERE id = ?`, [id]);
  if (row === undefined) throw new Error(`There is no ${table} ${id}.`);
  const columns = Object.keys(row);
  const place = `(${columns.map(() => "?").join(", ")})`;
  for (let start = 0; start < count; start += 500) {
    const copies = Array.from({ length: Math.min(500, count - start) }, (_, index) => ({
      ...row,
      ...change(start + index),
    }));
    const values = copies.flatMap((copy: Row) => columns.map((column) => copy[column]));
    const names = columns.map((column) => `\`${column}\``).join(", ");
    await sql(`INSERT INTO ${table} (${names}) VALUES ${copies.map(() => place).join(", ")}`, values);
  }
}
