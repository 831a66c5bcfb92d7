import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import { uncountedConnectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { DateTime, Json } from "../graph/scalars.js";

/** What a change did. */
export const ChangeAction = { CREATE: "CREATE", UPDATE: "UPDATE", DELETE: "DELETE" } as const;
export type ChangeAction = keyof typeof ChangeAction;

registerEnumType(ChangeAction, {
  name: "ChangeAction",
  description: "What a change did.",
  valuesConfig: {
    CREATE: { description: "The object came to be." },
    UPDATE: { description: "The object was altered." },
    DELETE: { description: "The object went away." },
  },
});

/** One change to one object: who, when, before and after. Entries are only ever added. */
@Entity("audit_entry")
@Index("ix_audit_entry_revision", ["revision"])
@Index("ix_audit_entry_project", ["projectId", "revision"])
@Index("ix_audit_entry_entity", ["entityId", "revision"])
@Index("uq_audit_entry_idempotency", ["actorId", "idempotencyKey"], { unique: true })
@ObjectType({
  implements: Node,
  description: "One change to one object of the configuration. Entries are only ever added.",
})
export class AuditEntry extends Node {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  declare readonly id: string;

  @Column("int")
  @Field(() => Int, {
    description: "The revision that the change took; for a silence, which takes none, the newest of that moment.",
  })
  readonly revision!: number;

  @Column("datetime", { precision: 3 })
  @Field(() => DateTime, { description: "When it was made." })
  readonly at!: Date;

  @Column("varchar", { name: "actor_id", length: 40 })
  readonly actorId!: string;

  @Column("varchar", { length: 255 })
  @Field(() => String, { description: "Who made it: the name of the token or person." })
  readonly actor!: string;

  @Column("varchar", { name: "project_id", length: 40, nullable: true })
  readonly projectId!: string | null;

  @Column("varchar", { length: 10 })
  @Field(() => ChangeAction, { description: "What it did." })
  readonly action!: ChangeAction;

  @Column("varchar", { name: "entity_type", length: 40 })
  @Field(() => String, { description: 'The type of the object: `"Project"`, `"ScrapeJob"` …' })
  readonly entityType!: string;

  @Column("varchar", { name: "entity_id", length: 40 })
  @Field(() => ID, { description: "The id of the object; it may be gone by now." })
  readonly entityId!: string;

  @Column("json", { nullable: true })
  @Field(() => Json, { nullable: true, description: "The object before; null for CREATE. Secrets are masked." })
  readonly before!: Readonly<Record<string, unknown>> | null;

  @Column("json", { nullable: true })
  @Field(() => Json, { nullable: true, description: "The object after; null for DELETE. Secrets are masked." })
  readonly after!: Readonly<Record<string, unknown>> | null;

  @Column("varchar", { name: "idempotency_key", length: 80, nullable: true })
  readonly idempotencyKey!: string | null;

  @Column("varchar", { name: "request_hash", length: 64, nullable: true })
  readonly requestHash!: string | null;
}

/** A page of changes. */
export const AuditEntryConnection = uncountedConnectionType<AuditEntry>("AuditEntry", () => AuditEntry);
