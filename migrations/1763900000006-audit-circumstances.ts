import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns, nullable } from "./columns.js";

/** From where a change was made, how its actor proved who they are, and why it was refused. */
export class AuditCircumstances1763900000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await addColumn(runner, "audit_entry", c.text("actor_kind", 20), "API_TOKEN");
    await addColumn(runner, "audit_entry", nullable(c.text("source", 45)));
    await addColumn(runner, "audit_entry", c.text("request_id", 64), "");
    await addColumn(runner, "audit_entry", nullable(c.text("reason", 1_000)));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumns("audit_entry", ["actor_kind", "source", "request_id", "reason"]);
  }
}
