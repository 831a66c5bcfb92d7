import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns, createTable, nullable, unique } from "./columns.js";

/** Projects on their way from one shard to another, and those that are to stay where they are. */
export class ProjectMoves1764000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await addColumn(runner, "project", nullable(c.text("shard_pin", 63)));
    await createTable(
      runner,
      "project_move",
      [
        ...c.stored(),
        c.text("project_id", 40),
        c.text("from_shard", 63),
        c.text("to_shard", 63),
        c.text("phase", 20),
        c.time("phase_since"),
        nullable(c.int("least_seconds")),
        c.text("requested_by", 255),
      ],
      [unique("uq_project_move_project", "project_id")],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("project_move");
    await runner.dropColumn("project", "shard_pin");
  }
}
