import { join } from "node:path";
import { beforeAll, describe } from "vitest";
import { createMariadbDatabase, type MariadbSettings } from "./mariadb.js";
import { tempFolder } from "./temp-folder.js";

/** How to reach an SQLite database. */
export interface SqliteSettings {
  readonly type: "sqlite";
  readonly file: string;
}

/** The server's `database` setting. */
export type DatabaseSettings = SqliteSettings | MariadbSettings;

/** One of the two kinds of databases, as a test file sees it. */
export interface TestDatabase {
  readonly type: DatabaseSettings["type"];
  /** An empty database of this `describe` block; there from its first `beforeAll` on. */
  readonly settings: DatabaseSettings;
  /** Another empty database of the same kind. */
  another(): Promise<DatabaseSettings>;
}

const KINDS = [
  { title: "on SQLite", type: "sqlite", create: createSqliteDatabase },
  { title: "on MariaDB", type: "mariadb", create: createMariadbDatabase },
] as const;

/** Runs the same tests on SQLite and on MariaDB, each with an empty database of its own. */
export function describeOnEachDatabase(tests: (database: TestDatabase) => void): void {
  for (const { title, type, create } of KINDS) {
    describe(title, () => {
      let settings: DatabaseSettings | undefined;
      beforeAll(async () => {
        settings = await create();
      });
      tests({
        type,
        get settings() {
          if (settings === undefined) throw new Error("database.settings is there inside hooks and tests only");
          return settings;
        },
        another: create,
      });
    });
  }
}

/** The settings of a new SQLite database in a temporary folder; the file is not there yet. */
export async function createSqliteDatabase(): Promise<SqliteSettings> {
  return { type: "sqlite", file: join(await tempFolder("sqlite"), "metricsinfra.sqlite") };
}
