import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable } from "./columns.js";

/** Which of several servers does a piece of repeated work. */
export class Leases1763900000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(runner, "lease", [c.key("name"), c.text("holder", 40), c.int("term"), c.time("expires_at")]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("lease");
  }
}
