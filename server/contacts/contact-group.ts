import { Field, ObjectType } from "type-graphql";
import { Column, Entity, Index } from "typeorm";
import { connectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { registerOrder } from "../graph/order-enum.js";
import { StoredNode } from "../graph/stored-node.js";
import type { StoredContact } from "./contact.js";

/** Who is told of an alert: a named list of contacts of a project. */
@Entity("contact_group")
@Index("uq_contact_group_name", ["projectId", "name"], { unique: true })
@ObjectType({ implements: Node, description: "Who is told of an alert: a named list of contacts of a project." })
export class ContactGroup extends StoredNode {
  @Column("varchar", { name: "project_id", length: 40 })
  readonly projectId!: string;

  @Column("varchar", { length: 100 })
  @Field(() => String, { description: "Unique within the project." })
  readonly name!: string;

  @Column("json")
  readonly contacts!: readonly StoredContact[];
}

/** A page of contact groups. */
export const ContactGroupConnection = connectionType<ContactGroup>("ContactGroup", () => ContactGroup);

/** The orders of a list of contact groups. */
export const ContactGroupOrder = {
  NAME_ASC: { property: "name", direction: "ASC" },
  NAME_DESC: { property: "name", direction: "DESC" },
  UPDATED_AT_DESC: { property: "updatedAt", direction: "DESC" },
} as const;
registerOrder("ContactGroupOrder", ContactGroupOrder);
