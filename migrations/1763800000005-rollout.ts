import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, nullable, unique } from "./columns.js";

/** Agents, as they last reported. */
export class Rollout1763800000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "agent",
      [
        c.key(),
        c.text("name", 100),
        c.text("instance_id", 64),
        c.text("hostname", 255),
        c.text("agent_version", 40),
        c.json("outputs"),
        c.int("applied_revision"),
        c.text("reported_state", 10),
        c.int("report_interval_seconds"),
        c.time("last_seen_at"),
        nullable(c.time("last_apply_at")),
        c.json("problems"),
      ],
      [unique("uq_agent_name", "name")],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("agent");
  }
}
