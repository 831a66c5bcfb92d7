import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns, nullable } from "./columns.js";

/** The shard that each project was put into. */
export class Shards1764000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await addColumn(runner, "project", nullable(c.text("shard", 63)));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn("project", "shard");
  }
}
