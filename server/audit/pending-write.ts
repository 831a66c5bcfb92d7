import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import type { PrincipalKind } from "../access/principal.js";
import type { ChangeAction } from "./audit-entry.js";
import type { Description } from "./change.js";

/**
 * A write to something that is stored elsewhere, such as a silence: put down before it is sent, and gone once an entry of
 * the change log tells of it. It holds what that entry will, but for what was written in the end.
 */
@Entity("pending_write")
@Index("ix_pending_write_at", ["at", "id"])
@Index("uq_pending_write_idempotency", ["actorId", "idempotencyKey"], { unique: true })
export class PendingWrite {
  /** The id that its entry will have. */
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  readonly id!: string;

  @Column("datetime", { precision: 3 })
  readonly at!: Date;

  @Column("varchar", { name: "actor_id", length: 40 })
  readonly actorId!: string;

  @Column("varchar", { length: 255 })
  readonly actor!: string;

  @Column("varchar", { name: "actor_kind", length: 20 })
  readonly actorKind!: PrincipalKind;

  @Column("varchar", { length: 45, nullable: true })
  readonly source!: string | null;

  @Column("varchar", { name: "request_id", length: 64 })
  readonly requestId!: string;

  @Column("varchar", { name: "project_id", length: 40, nullable: true })
  readonly projectId!: string | null;

  @Column("varchar", { length: 10 })
  readonly action!: ChangeAction;

  @Column("varchar", { name: "entity_type", length: 40 })
  readonly entityType!: string;

  /** Empty for a creation, whose id is for others to give. */
  @Column("varchar", { name: "entity_id", length: 40 })
  readonly entityId!: string;

  @Column("json", { nullable: true })
  readonly before!: Description | null;

  /** What the object is to be. */
  @Column("json", { nullable: true })
  readonly after!: Description | null;

  @Column("varchar", { name: "idempotency_key", length: 80, nullable: true })
  readonly idempotencyKey!: string | null;

  @Column("varchar", { name: "request_hash", length: 64, nullable: true })
  readonly requestHash!: string | null;
}
