import { Field, ObjectType } from "type-graphql";
import { Column, Entity, Index } from "typeorm";
import { connectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { registerOrder } from "../graph/order-enum.js";
import { Labels } from "../graph/scalars.js";
import { StoredNode } from "../graph/stored-node.js";

/** A tenant: a cloud project whose members run their own monitoring. A deleted one stays as a tombstone for the agents. */
@Entity("project")
@Index("uq_project_active_name", ["activeName"], { unique: true })
@Index("uq_project_openstack_id", ["openstackId"], { unique: true })
@Index("ix_project_name", ["name"])
@Index("ix_project_revision", ["revision"])
@Index("ix_project_deleted", ["deletedAt", "id"])
@ObjectType({ implements: Node, description: "A tenant: a cloud project whose members run their own monitoring." })
export class Project extends StoredNode {
  @Column("varchar", { length: 63 })
  @Field(() => String, {
    description: "Unique and for good: it is the value of the label `project` on all that belongs to it.",
  })
  readonly name!: string;

  /** The name while the project lives, null once deleted: unique among the living. */
  @Column("varchar", { name: "active_name", length: 63, nullable: true })
  readonly activeName!: string | null;

  /** Null once deleted: unique among the living. */
  @Column("varchar", { name: "openstack_id", length: 64, nullable: true })
  @Field(() => String, { nullable: true, description: "The project's id in OpenStack; unique." })
  readonly openstackId!: string | null;

  @Column("varchar", { length: 1000 })
  @Field(() => String, { description: "What the project is, for people." })
  readonly description!: string;

  @Column("json", { name: "extra_labels" })
  @Field(() => Labels, {
    description: "Labels that every alert of the project gets; a rule's own labels win over them.",
  })
  readonly extraLabels!: Readonly<Record<string, string>>;

  @Column("varchar", { name: "acl_group", length: 255, nullable: true })
  @Field(() => String, {
    nullable: true,
    description: "The group whose members may act on the project's alerts in Karma.",
  })
  readonly aclGroup!: string | null;

  @Column("varchar", { name: "limit_tier", length: 63 })
  @Field(() => String, {
    description: "The name of the tier that limits what it may have and cost; see `limits` for what holds.",
  })
  readonly limitTier!: string;

  @Column("varchar", { name: "default_contact_group_id", length: 40, nullable: true })
  readonly defaultContactGroupId!: string | null;

  @Column("datetime", { name: "deleted_at", precision: 3, nullable: true })
  readonly deletedAt!: Date | null;

  /** When what was left of a deleted one was removed, so that it cannot come back. */
  @Column("datetime", { name: "purged_at", precision: 3, nullable: true })
  readonly purgedAt!: Date | null;

  /** Where it was put, or moved to since; null when there were no shards then. */
  @Column("varchar", { name: "shard", length: 63, nullable: true })
  readonly shardName!: string | null;

  /** The shard that it is to stay in, whatever a rebalance would do; null when it may be moved. */
  @Column("varchar", { name: "shard_pin", length: 63, nullable: true })
  readonly shardPin!: string | null;
}

/** A page of projects. */
export const ProjectConnection = connectionType<Project>("Project", () => Project);

/** The orders of a list of projects. */
export const ProjectOrder = {
  NAME_ASC: { property: "name", direction: "ASC" },
  NAME_DESC: { property: "name", direction: "DESC" },
  CREATED_AT_ASC: { property: "createdAt", direction: "ASC" },
  CREATED_AT_DESC: { property: "createdAt", direction: "DESC" },
  UPDATED_AT_ASC: { property: "updatedAt", direction: "ASC" },
  UPDATED_AT_DESC: { property: "updatedAt", direction: "DESC" },
} as const;
registerOrder("ProjectOrder", ProjectOrder);
