import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createConnection } from "mysql2/promise";
import { atEnd } from "./at-end.js";
import { createMariadbDatabase, type MariadbSettings } from "./mariadb.js";

/** A database with the users and rights that are documented, of which nothing but the names and passwords was changed. */
export interface GrantedDatabase {
  /** As the server has them: its own user, and the one for maintenance. */
  readonly settings: MariadbSettings & { readonly maintenance: { readonly user: string; readonly password: string } };
  /** Somebody with all rights. */
  readonly administrator: MariadbSettings;
  /** Runs the documented statements once more. */
  grant(): Promise<void>;
}

const file = fileURLToPath(new URL("../../server/database-grants.sql", import.meta.url));

/** Creates an empty database and runs the documented statements. */
export async function createGrantedDatabase(): Promise<GrantedDatabase> {
  const administrator = await createMariadbDatabase();
  const { type, name: database, ...login } = administrator;
  // MariaDB's users are of the whole server, which other test files use.
  const [user, maintenance] = [`${database}_server`, `${database}_maintenance`];
  const statements = (await readFile(file, "utf8"))
    .replaceAll(/\bmetricsinfra_maintenance@/g, `${maintenance}@`)
    .replaceAll(/\bmetricsinfra@/g, `${user}@`)
    .replaceAll(/\bmetricsinfra\b(?=[.]| CHARACTER)/g, database)
    .replace("put a password here", "of maintenance")
    .replace("put another password here", "of the server");
  const connection = await createConnection({ ...login, multipleStatements: true });
  atEnd(async () => {
    await connection.query(`DROP USER IF EXISTS ${user}@'%', ${maintenance}@'%'`);
    await connection.end();
  });
  const grant = async () => void (await connection.query(statements));
  await grant();
  return {
    settings: {
      ...administrator,
      user,
      password: "of the server",
      maintenance: { user: maintenance, password: "of maintenance" },
    },
    administrator,
    grant,
  };
}
