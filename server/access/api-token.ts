import { Field, ObjectType } from "type-graphql";
import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import { connectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { DateTime } from "../graph/scalars.js";
import { GlobalRole, ProjectRole } from "./roles.js";

/** A role in one project, granted to a principal. */
@ObjectType({ description: "A role in one project." })
export class Membership {
  readonly projectId!: string;

  @Field(() => ProjectRole, { description: "The role." })
  readonly role!: ProjectRole;
}

/** A secret that scripts, dashboards and configurators send to say who they are. Only its hash is stored. */
@Entity("api_token")
@Index("uq_api_token_hash", ["hash"], { unique: true })
@Index("uq_api_token_previous_hash", ["previousHash"], { unique: true })
@Index("ix_api_token_created_at", ["createdAt"])
@ObjectType({
  implements: Node,
  description: "A secret that scripts, dashboards and configurators send to say who they are.",
})
export class ApiToken extends Node {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  declare readonly id: string;

  @Column("varchar", { length: 100 })
  @Field(() => String, { description: "What it is for; shown as the actor of its changes." })
  readonly name!: string;

  /** SHA-256 of the secret, in hex. The secret has 256 random bits, so a slow hash would add nothing. */
  @Column("varchar", { length: 64 })
  readonly hash!: string;

  /** The same of the secret before the last rotation; null when it ended with that. */
  @Column("varchar", { name: "previous_hash", length: 64, nullable: true })
  readonly previousHash!: string | null;

  @Column("varchar", { name: "global_role", length: 10, nullable: true })
  @Field(() => GlobalRole, { nullable: true, description: "Its role over all projects; null when it has none." })
  readonly globalRole!: GlobalRole | null;

  @Column("varchar", { name: "created_by", length: 255 })
  @Field(() => String, { description: "Who created it." })
  readonly createdBy!: string;

  @Column("datetime", { name: "created_at", precision: 3 })
  @Field(() => DateTime, { description: "When it was created." })
  readonly createdAt!: Date;

  @Column("datetime", { name: "expires_at", precision: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: "From then on it is refused; null when it never expires." })
  readonly expiresAt!: Date | null;

  @Column("datetime", { name: "rotated_at", precision: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: "When it got its newest secret; null when it has its first." })
  readonly rotatedAt!: Date | null;

  @Column("datetime", { name: "previous_expires_at", precision: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      "Until when the secret before the last rotation works, or worked; null when it ended with the rotation.",
  })
  readonly previousExpiresAt!: Date | null;

  @Column("datetime", { name: "last_used_at", precision: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: "When it was last used, to the minute." })
  readonly lastUsedAt!: Date | null;

  @Column("datetime", { name: "revoked_at", precision: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: "When it was revoked; null while it may be used." })
  readonly revokedAt!: Date | null;
}

/** A page of API tokens. */
export const ApiTokenConnection = connectionType<ApiToken>("ApiToken", () => ApiToken);

/** A role in one project, granted to an API token. */
@Entity("api_token_membership")
@Index("ix_api_token_membership_project", ["projectId"])
export class ApiTokenMembership {
  @PrimaryColumn("varchar", { name: "token_id", length: 40, primaryKeyConstraintName: "pk" })
  readonly tokenId!: string;

  @PrimaryColumn("varchar", { name: "project_id", length: 40, primaryKeyConstraintName: "pk" })
  readonly projectId!: string;

  @Column("varchar", { length: 10 })
  readonly role!: ProjectRole;
}
