import { type MigrationInterface, type QueryRunner, TableIndex } from "typeorm";
import { unique } from "./columns.js";

const index = unique("uq_project_openstack_id", "openstack_id");

/**
 * One living project at most for each project of OpenStack, since roles there become roles here. Deleted projects give
 * theirs up; where several living ones had the same, the oldest keeps it.
 */
export class OpenstackIds1763900000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("UPDATE project SET openstack_id = NULL WHERE deleted_at IS NOT NULL");
    const rows: { readonly id: string; readonly openstack_id: string }[] = await runner.query(
      "SELECT id, openstack_id FROM project WHERE openstack_id IS NOT NULL ORDER BY created_at, id",
    );
    const taken = new Set<string>();
    for (const { id, openstack_id } of rows) {
      if (taken.has(openstack_id)) await runner.query("UPDATE project SET openstack_id = NULL WHERE id = ?", [id]);
      taken.add(openstack_id);
    }
    await runner.createIndex("project", new TableIndex(index));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex("project", "uq_project_openstack_id");
  }
}
