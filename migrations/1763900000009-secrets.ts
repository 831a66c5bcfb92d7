import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable } from "./columns.js";

/** Secrets of tenants, encrypted. */
export class Secrets1763900000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(runner, "secret", [
      c.key(),
      c.text("entity_id", 40),
      c.text("key_id", 63),
      c.text("ciphertext", 5_500),
      c.time("created_at"),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("secret");
  }
}
