import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, index, unique } from "./columns.js";

/** The sessions of browsers. */
export class Sessions1763900000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "session",
      [
        c.key(),
        c.text("hash", 64),
        c.text("issuer", 255),
        c.text("subject", 255),
        c.text("name", 255),
        c.json("group_names"),
        c.time("created_at"),
        c.time("expires_at"),
        c.time("last_seen_at"),
      ],
      [unique("uq_session_hash", "hash"), index("ix_session_expires_at", "expires_at")],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("session");
  }
}
