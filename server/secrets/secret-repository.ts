import type { Database } from "../core/database/database.js";
import { TableReader } from "../core/database/table-reader.js";
import { Secret } from "./secret.js";

/** Encrypted secrets in the database. */
export class SecretRepository extends TableReader<Secret> {
  constructor(database: Database) {
    super(database, Secret);
  }

  /** Writes new rows, inside the caller's transaction. */
  async insert(secrets: readonly Secret[]): Promise<void> {
    await this.database.transaction((manager) => manager.insert(Secret, [...secrets]));
  }
}
