import { type MigrationInterface, type QueryRunner, TableIndex } from "typeorm";
import { index } from "./columns.js";

/** The change log in the order of time, whatever it is narrowed to. */
export class AuditOrder1763900000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.dropIndex("audit_entry", "ix_audit_entry_project");
    await runner.dropIndex("audit_entry", "ix_audit_entry_entity");
    await runner.createIndices("audit_entry", inTime);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndices("audit_entry", inTime);
    await runner.createIndices("audit_entry", [
      new TableIndex(index("ix_audit_entry_project", "project_id", "revision")),
      new TableIndex(index("ix_audit_entry_entity", "entity_id", "revision")),
    ]);
  }
}

const inTime = [
  index("ix_audit_entry_at", "at", "id"),
  index("ix_audit_entry_project", "project_id", "at", "id"),
  index("ix_audit_entry_entity", "entity_id", "at", "id"),
  index("ix_audit_entry_type", "entity_type", "at", "id"),
  index("ix_audit_entry_actor", "actor", "at", "id"),
  index("ix_audit_entry_actor_kind", "actor_kind", "at", "id"),
  index("ix_audit_entry_action", "action", "at", "id"),
].map((options) => new TableIndex(options));
