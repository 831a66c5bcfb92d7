import { type MigrationInterface, type QueryRunner, TableIndex } from "typeorm";
import { addColumn, Columns, createTable, index, nullable, unique } from "./columns.js";

/** What global rules leave open, the packs that they come from, and what projects make of them. */
export class RulePacks1764000000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await addColumn(runner, "global_rule", c.json("enforced_expr"), '""');
    // Until now the expression was stored as it runs.
    await runner.query("UPDATE global_rule SET enforced_expr = expr");
    await addColumn(runner, "global_rule", c.json("parameters"), "[]");
    await addColumn(runner, "global_rule", c.flag("overridable"), "0");
    await addColumn(runner, "global_rule", nullable(c.text("pack", 40)));
    await addColumn(runner, "global_rule", nullable(c.text("pack_rule", 200)));
    await addColumn(runner, "global_rule", nullable(c.json("pack_base")));
    await runner.createIndex("global_rule", new TableIndex(unique("uq_global_rule_pack", "pack", "pack_rule")));
    await createTable(
      runner,
      "global_rule_override",
      [
        ...c.stored(),
        c.text("project_id", 40),
        c.text("global_rule_id", 40),
        c.json("parameters"),
        nullable(c.text("severity", 64)),
        nullable(c.text("for_duration", 40)),
        c.flag("enabled"),
      ],
      [
        unique("uq_global_rule_override", "project_id", "global_rule_id"),
        index("ix_global_rule_override_rule", "global_rule_id"),
      ],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("global_rule_override");
    await runner.dropIndex("global_rule", "uq_global_rule_pack");
    for (const column of ["pack_base", "pack_rule", "pack", "overridable", "parameters", "enforced_expr"]) {
      await runner.dropColumn("global_rule", column);
    }
  }
}
