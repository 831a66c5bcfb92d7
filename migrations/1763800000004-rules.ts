import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, index, nullable, unique } from "./columns.js";

/** Rules of projects, and global rules. */
export class Rules1763800000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "rule",
      [
        ...c.stored(),
        c.text("kind", 9),
        c.text("project_id", 40),
        c.text("name", 200),
        c.text("expr", 4_096),
        c.json("enforced_expr"),
        c.json("labels"),
        nullable(c.text("interval", 40)),
        c.flag("enabled"),
        nullable(c.text("recorded_series", 64)),
        nullable(c.text("severity", 64)),
        nullable(c.text("for_duration", 40)),
        nullable(c.text("keep_firing_for", 40)),
        nullable(c.json("annotations")),
      ],
      [
        // TypeORM wants an index on the column that tells the classes of a table apart, and names it itself.
        index("IDX_a330098cedba0b33391c6bcc56", "kind"),
        index("ix_rule_name", "project_id", "name"),
        unique("uq_rule_recorded_series", "project_id", "recorded_series"),
      ],
    );
    await createTable(
      runner,
      "global_rule",
      [
        ...c.stored(),
        c.text("name", 200),
        c.text("mode", 11),
        c.json("expr"),
        c.text("for_duration", 40),
        nullable(c.text("keep_firing_for", 40)),
        c.text("severity", 64),
        c.json("labels"),
        c.json("annotations"),
        nullable(c.text("interval", 40)),
        c.flag("enabled"),
      ],
      [index("ix_global_rule_name", "name")],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["global_rule", "rule"]) await runner.dropTable(table);
  }
}
