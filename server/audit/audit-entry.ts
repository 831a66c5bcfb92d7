import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import { PrincipalKind } from "../access/principal.js";
import { uncountedConnectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { DateTime, Json } from "../graph/scalars.js";

/** What an entry of the change log tells of. */
export const ChangeAction = {
  CREATE: "CREATE",
  UPDATE: "UPDATE",
  DELETE: "DELETE",
  REFUSED: "REFUSED",
  SIGN_IN: "SIGN_IN",
  SIGN_OUT: "SIGN_OUT",
  UNKNOWN: "UNKNOWN",
} as const;
export type ChangeAction = keyof typeof ChangeAction;

registerEnumType(ChangeAction, {
  name: "ChangeAction",
  description: "What an entry of the change log tells of.",
  valuesConfig: {
    CREATE: { description: "The object came to be." },
    UPDATE: { description: "The object was altered." },
    DELETE: { description: "The object went away." },
    REFUSED: { description: "Nothing: the change was refused, or the sign-in was." },
    SIGN_IN: { description: "Somebody signed in; the object is the session." },
    SIGN_OUT: { description: "Somebody signed out; the object is the session." },
    UNKNOWN: {
      description:
        "That it was asked for is all that is known: the answer of what stores the object, an Alertmanager, was lost. `after` is what the object was to be.",
    },
  },
});

/** One change to one object, or an attempt at one: who, when, from where, before and after. Entries are only ever added. */
@Entity("audit_entry")
@Index("ix_audit_entry_revision", ["revision"])
@Index("ix_audit_entry_at", ["at", "id"])
@Index("ix_audit_entry_project", ["projectId", "at", "id"])
@Index("ix_audit_entry_entity", ["entityId", "at", "id"])
@Index("ix_audit_entry_type", ["entityType", "at", "id"])
@Index("ix_audit_entry_actor", ["actor", "at", "id"])
@Index("ix_audit_entry_actor_kind", ["actorKind", "at", "id"])
@Index("ix_audit_entry_action", ["action", "at", "id"])
@Index("uq_audit_entry_idempotency", ["actorId", "idempotencyKey"], { unique: true })
@ObjectType({
  implements: Node,
  description:
    "One change to one object, or an attempt at one: who, when, from where, before and after. Entries are only ever added.",
})
export class AuditEntry extends Node {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  declare readonly id: string;

  @Column("int")
  @Field(() => Int, {
    description:
      "The revision that the change took; for what takes none (silences, tokens, sign-ins, refusals) the newest of that moment.",
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

  @Column("varchar", { name: "actor_kind", length: 20 })
  @Field(() => PrincipalKind, { description: "How the actor proved who they are." })
  readonly actorKind!: PrincipalKind;

  /** The address that the request came from; the graph shows it to those who administer the project. */
  @Column("varchar", { length: 45, nullable: true })
  readonly source!: string | null;

  @Column("varchar", { name: "request_id", length: 64 })
  @Field(() => String, {
    description: "The id of the request, as the answer's header `X-Request-Id` and the log have it.",
  })
  readonly requestId!: string;

  @Column("varchar", { name: "project_id", length: 40, nullable: true })
  readonly projectId!: string | null;

  @Column("varchar", { length: 10 })
  @Field(() => ChangeAction, { description: "What it did." })
  readonly action!: ChangeAction;

  @Column("varchar", { name: "entity_type", length: 40 })
  @Field(() => String, {
    description: 'The type of the object: `"Project"`, `"ScrapeJob"` …; of a refused change, the mutation.',
  })
  readonly entityType!: string;

  @Column("varchar", { name: "entity_id", length: 40 })
  @Field(() => ID, {
    description:
      "The id of the object; it may be gone by now, or, where refused, never have been. Of a refused creation, the id of the project, or empty; of one whose outcome is unknown, empty.",
  })
  readonly entityId!: string;

  @Column("json", { nullable: true })
  @Field(() => Json, {
    nullable: true,
    description: "The object before; null where there was none. Secrets are masked.",
  })
  readonly before!: Readonly<Record<string, unknown>> | null;

  @Column("json", { nullable: true })
  @Field(() => Json, { nullable: true, description: "The object after; null where there is none. Secrets are masked." })
  readonly after!: Readonly<Record<string, unknown>> | null;

  @Column("varchar", { length: 1000, nullable: true })
  @Field(() => String, { nullable: true, description: "Why it was refused; null for what was done." })
  readonly reason!: string | null;

  @Column("varchar", { name: "idempotency_key", length: 80, nullable: true })
  readonly idempotencyKey!: string | null;

  @Column("varchar", { name: "request_hash", length: 64, nullable: true })
  readonly requestHash!: string | null;
}

/** A page of changes. */
export const AuditEntryConnection = uncountedConnectionType<AuditEntry>("AuditEntry", () => AuditEntry);
