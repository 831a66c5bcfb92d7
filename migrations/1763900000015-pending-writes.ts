import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, index, nullable, unique } from "./columns.js";

/** Writes to what is stored elsewhere, from before they are sent until the change log tells of them. */
export class PendingWrites1763900000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "pending_write",
      [
        c.key(),
        c.time("at"),
        c.text("actor_id", 40),
        c.text("actor", 255),
        c.text("actor_kind", 20),
        nullable(c.text("source", 45)),
        c.text("request_id", 64),
        nullable(c.text("project_id", 40)),
        c.text("action", 10),
        c.text("entity_type", 40),
        c.text("entity_id", 40),
        nullable(c.json("before")),
        nullable(c.json("after")),
        nullable(c.text("idempotency_key", 80)),
        nullable(c.text("request_hash", 64)),
      ],
      [index("ix_pending_write_at", "at", "id"), unique("uq_pending_write_idempotency", "actor_id", "idempotency_key")],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("pending_write");
  }
}
