import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, unique } from "./columns.js";

/** Contact groups. */
export class Contacts1763800000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "contact_group",
      [...c.stored(), c.text("project_id", 40), c.text("name", 100), c.json("contacts")],
      [unique("uq_contact_group_name", "project_id", "name")],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("contact_group");
  }
}
