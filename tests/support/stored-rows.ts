import Sqlite from "better-sqlite3";
import { createConnection } from "mysql2/promise";
import type { DatabaseSettings } from "./databases.js";

/** A row as the database stores it. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** What a statement of the test's own reads, beside the server. */
export async function storedRows(
  settings: DatabaseSettings,
  sql: string,
  ...values: readonly string[]
): Promise<StoredRow[]> {
  if (settings.type === "sqlite") {
    const database = new Sqlite(settings.file, { readonly: true });
    try {
      return database.prepare<unknown[], StoredRow>(sql).all(...values);
    } finally {
      database.close();
    }
  }
  const { host, port, user, password, name: database } = settings;
  const connection = await createConnection({ host, port, user, password, database });
  try {
    const [rows] = await connection.query(sql, [...values]);
    return rows as StoredRow[];
  } finally {
    await connection.end();
  }
}
