import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, index, nullable, unique } from "./columns.js";

/** API tokens, the change log, projects. */
export class Core1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "api_token",
      [
        c.key(),
        c.text("name", 100),
        c.text("hash", 64),
        nullable(c.text("global_role", 10)),
        c.text("created_by", 255),
        c.time("created_at"),
        nullable(c.time("expires_at")),
        nullable(c.time("last_used_at")),
        nullable(c.time("revoked_at")),
      ],
      [unique("uq_api_token_hash", "hash"), index("ix_api_token_created_at", "created_at")],
    );
    await createTable(
      runner,
      "api_token_membership",
      [c.key("token_id"), c.key("project_id"), c.text("role", 10)],
      [index("ix_api_token_membership_project", "project_id")],
    );
    await createTable(runner, "revision", [c.intKey(), c.int("value"), c.int("global_rules_value")]);
    await runner.query("INSERT INTO revision (id, value, global_rules_value) VALUES (1, 0, 0)");
    await createTable(
      runner,
      "audit_entry",
      [
        c.key(),
        c.int("revision"),
        c.time("at"),
        c.text("actor_id", 40),
        c.text("actor", 255),
        nullable(c.text("project_id", 40)),
        c.text("action", 10),
        c.text("entity_type", 40),
        c.text("entity_id", 40),
        nullable(c.json("before")),
        nullable(c.json("after")),
        nullable(c.text("idempotency_key", 80)),
        nullable(c.text("request_hash", 64)),
      ],
      [
        index("ix_audit_entry_revision", "revision"),
        index("ix_audit_entry_project", "project_id", "revision"),
        index("ix_audit_entry_entity", "entity_id", "revision"),
        unique("uq_audit_entry_idempotency", "actor_id", "idempotency_key"),
      ],
    );
    await createTable(
      runner,
      "project",
      [
        ...c.stored(),
        c.text("name", 63),
        nullable(c.text("active_name", 63)),
        nullable(c.text("openstack_id", 64)),
        c.text("description", 1_000),
        c.json("extra_labels"),
        nullable(c.text("acl_group", 255)),
        c.text("limit_tier", 63),
        nullable(c.text("default_contact_group_id", 40)),
        nullable(c.time("deleted_at")),
      ],
      [
        unique("uq_project_active_name", "active_name"),
        index("ix_project_name", "name"),
        index("ix_project_revision", "revision"),
      ],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["project", "audit_entry", "revision", "api_token_membership", "api_token"]) {
      await runner.dropTable(table);
    }
  }
}
