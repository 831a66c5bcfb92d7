import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, index, nullable, unique } from "./columns.js";

/** Who looks after which alerts. */
export class Acknowledgements1763900000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "acknowledgement",
      [
        c.key(),
        c.int("revision"),
        c.int("version"),
        c.text("fingerprint", 16),
        c.time("starts_at"),
        nullable(c.text("project_id", 40)),
        c.json("labels"),
        c.json("places"),
        c.text("owner_name", 255),
        nullable(c.text("owner_id", 40)),
        c.text("created_by", 255),
        c.text("created_by_id", 40),
        nullable(c.text("handed_over_by", 255)),
        c.text("note", 1_000),
        c.flag("quiet"),
        c.time("created_at"),
        c.time("updated_at"),
        nullable(c.time("expires_at")),
        c.time("ended_at"),
        nullable(c.text("end_reason", 10)),
      ],
      [
        unique("uq_acknowledgement_in_force", "fingerprint", "ended_at"),
        index("ix_acknowledgement_ended_at", "ended_at", "id"),
        index("ix_acknowledgement_project", "project_id", "ended_at", "id"),
        index("ix_acknowledgement_made", "project_id", "created_at"),
        index("ix_acknowledgement_revision", "revision"),
      ],
    );
    await createTable(runner, "acknowledgement_revision", [c.intKey(), c.int("value")]);
    await runner.query("INSERT INTO acknowledgement_revision (id, value) VALUES (1, 0)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("acknowledgement_revision");
    await runner.dropTable("acknowledgement");
  }
}
