import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns, nullable } from "./columns.js";

/** By what of the server's settings an agent has rendered what it runs, and what it was last given the turn for. */
export class Renderings1764000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    for (const name of ["rendering", "turn_rendering"]) await addColumn(runner, "agent", nullable(c.text(name, 64)));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ["turn_rendering", "rendering"]) await runner.dropColumn("agent", name);
  }
}
