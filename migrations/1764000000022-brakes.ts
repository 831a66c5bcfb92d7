import { type MigrationInterface, type QueryRunner, TableIndex } from "typeorm";
import { addColumn, Columns, createTable, index, nullable } from "./columns.js";

/** Deletions that agents hold back and operators confirm, and deleted projects that can be brought back for a while. */
export class Brakes1764000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await addColumn(runner, "agent", nullable(c.json("brake")));
    await createTable(runner, "brake_release", [
      { ...c.key(), length: "64" },
      c.time("released_at"),
      c.text("released_by", 255),
    ]);
    await addColumn(runner, "project", nullable(c.time("purged_at")));
    await runner.createIndex("project", new TableIndex(index("ix_project_deleted", "deleted_at", "id")));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex("project", "ix_project_deleted");
    await runner.dropColumn("project", "purged_at");
    await runner.dropTable("brake_release");
    await runner.dropColumn("agent", "brake");
  }
}
