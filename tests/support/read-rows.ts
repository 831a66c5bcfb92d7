import Sqlite from "better-sqlite3";
import { createConnection } from "mysql2/promise";
import type { DatabaseSettings } from "./databases.js";

/** What a query gives, asked beside the server, which knows nothing of it. */
export async function readRows(settings: DatabaseSettings, sql: string): Promise<Readonly<Record<string, unknown>>[]> {
  if (settings.type === "sqlite") {
    const file = new Sqlite(settings.file, { readonly: true });
    try {
      return file.prepare<[], Record<string, unknown>>(sql).all();
    } finally {
      file.close();
    }
  }
  const { host, port, user, password, name: database } = settings;
  const connection = await createConnection({ host, port, user, password, database });
  try {
    const [rows] = await connection.query(sql);
    return rows as Record<string, unknown>[];
  } finally {
    await connection.end();
  }
}
