import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns, nullable } from "./columns.js";

/** Whose turn it is to apply a revision, and more of what agents say of themselves. */
export class AgentTurns1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    const columns = [
      c.text("shard", 63),
      c.int("fetched_revision"),
      c.int("checked_revision"),
      c.int("unlisted_problems"),
      c.text("waits_for", 100),
      c.int("turn_revision"),
      c.flag("took_turn_away"),
      c.int("passed_revision"),
    ];
    for (const column of columns) await addColumn(runner, "agent", nullable(column));
  }

  async down(runner: QueryRunner): Promise<void> {
    const names = [
      "passed_revision",
      "took_turn_away",
      "turn_revision",
      "waits_for",
      "unlisted_problems",
      "checked_revision",
      "fetched_revision",
      "shard",
    ];
    for (const name of names) await runner.dropColumn("agent", name);
  }
}
