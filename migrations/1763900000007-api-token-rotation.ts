import { type MigrationInterface, type QueryRunner, TableIndex } from "typeorm";
import { addColumn, Columns, nullable, unique } from "./columns.js";

/** The secret that an API token had before its last rotation, and until when that works. */
export class ApiTokenRotation1763900000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await addColumn(runner, "api_token", nullable(c.text("previous_hash", 64)));
    await addColumn(runner, "api_token", nullable(c.time("previous_expires_at")));
    await addColumn(runner, "api_token", nullable(c.time("rotated_at")));
    await runner.createIndex("api_token", new TableIndex(unique("uq_api_token_previous_hash", "previous_hash")));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex("api_token", "uq_api_token_previous_hash");
    await runner.dropColumns("api_token", ["previous_hash", "previous_expires_at", "rotated_at"]);
  }
}
