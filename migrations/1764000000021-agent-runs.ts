import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns } from "./columns.js";

/** What the agents' servers run, as they say themselves. */
export class AgentRuns1764000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumn(runner, "agent", new Columns(runner).json("runs"), "[]");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn("agent", "runs");
  }
}
