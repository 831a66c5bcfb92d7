import { inject } from "vitest";
import type { MariadbSettings } from "./mariadb-server.js";

export type { MariadbSettings } from "./mariadb-server.js";

/** Creates an empty database, in production's collation, on the MariaDB server that all test files of the run share. */
export async function createMariadbDatabase(): Promise<MariadbSettings> {
  const response = await fetch(inject("databasesUrl"), { method: "POST" });
  const answer = await response.text();
  if (!response.ok) throw new Error(`no MariaDB database: ${answer}`);
  return JSON.parse(answer) as MariadbSettings;
}
