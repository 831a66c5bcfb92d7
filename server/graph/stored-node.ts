import { Field, Int, ObjectType } from "type-graphql";
import { Column, PrimaryColumn } from "typeorm";
import type { Stored } from "../core/database/stored.js";
import { Node } from "./node.js";
import { DateTime } from "./scalars.js";

/** A noun that the database holds and the graph shows: base of each class that is both entity and object type. */
@ObjectType()
export abstract class StoredNode extends Node implements Stored {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  declare readonly id: string;

  @Column("int")
  @Field(() => Int, { description: "The revision of the whole configuration at which this last changed." })
  revision!: number;

  @Column("int")
  @Field(() => Int, {
    description: "Counts this object's own changes; send it as `expectedVersion` to change what you have seen.",
  })
  version!: number;

  @Column("datetime", { name: "created_at", precision: 3 })
  @Field(() => DateTime, { description: "When it was created." })
  createdAt!: Date;

  @Column("datetime", { name: "updated_at", precision: 3 })
  @Field(() => DateTime, { description: "When it last changed." })
  updatedAt!: Date;
}
