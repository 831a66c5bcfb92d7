import { DataSource } from "typeorm";
import type { DatabaseSettings } from "./databases.js";

/** A connection to a server's database beside the server, as somebody with access to the database has it. */
export class DatabaseContent {
  private constructor(private readonly source: DataSource) {}

  /** Runs `work` over a connection that is closed afterwards. */
  static async of<T>(settings: DatabaseSettings, work: (content: DatabaseContent) => Promise<T>): Promise<T> {
    const { type } = settings;
    const source = await new DataSource(
      type === "sqlite"
        ? { type: "better-sqlite3", database: settings.file, timeout: 5_000 }
        : {
            type: "mariadb",
            host: settings.host,
            port: settings.port,
            username: settings.user,
            password: settings.password,
            database: settings.name,
            // One connection, so that a transaction is one.
            poolSize: 1,
          },
    ).initialize();
    try {
      return await work(new DatabaseContent(source));
    } finally {
      await source.destroy();
    }
  }

  // Rows of any table; a wrong column fails the assertion that follows.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  sql(text: string, parameters: readonly unknown[] = []): Promise<any[]> {
    return this.source.query(text, [...parameters]);
  }

  /** All rows of all tables, as one text. */
  async dump(): Promise<string> {
    const names =
      this.source.options.type === "better-sqlite3"
        ? await this.sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        : await this.sql("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()");
    const tables = await Promise.all(names.map(({ name }) => this.sql(`SELECT * FROM ${name}`)));
    return JSON.stringify(tables);
  }
}
