import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, index, nullable, unique } from "./columns.js";

/** What fired and resolved. */
export class AlertHistory1763900000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "alert_episode",
      [
        c.key(),
        c.text("fingerprint", 16),
        nullable(c.text("project_id", 40)),
        c.text("name", 255),
        nullable(c.text("severity", 255)),
        c.json("labels"),
        c.json("annotations"),
        c.json("clusters"),
        c.time("starts_at"),
        c.time("first_seen_at"),
        nullable(c.time("resolved_at")),
        nullable(c.time("resolved_before")),
        c.int("suppressed_seconds"),
        c.json("state_changes"),
      ],
      [
        unique("uq_alert_episode_firing", "fingerprint", "starts_at"),
        index("ix_alert_episode_starts", "starts_at", "id"),
        // What lists are narrowed by is looked at in the index, what counts are made of is all there.
        index("ix_alert_episode_project", "project_id", "starts_at", "id", "resolved_at", "severity", "name"),
        index("ix_alert_episode_project_name", "project_id", "name", "starts_at", "id", "resolved_at"),
        index("ix_alert_episode_project_resolved", "project_id", "resolved_at", "starts_at", "id"),
        index("ix_alert_episode_resolved", "resolved_at", "id"),
      ],
    );
    await createTable(runner, "alert_history_day", [
      c.key("project_id"),
      { ...c.key("day"), length: "10" },
      c.int("recorded"),
      c.int("left_out"),
    ]);
    await createTable(runner, "alert_history_reading", [{ ...c.key("cluster"), length: "63" }, c.time("read_at")]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["alert_history_reading", "alert_history_day", "alert_episode"]) await runner.dropTable(table);
  }
}
