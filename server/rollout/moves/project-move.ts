import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index } from "typeorm";
import { Node } from "../../graph/node.js";
import { DateTime } from "../../graph/scalars.js";
import { StoredNode } from "../../graph/stored-node.js";

/** How far a project has come on its way. */
export const MovePhase = { ARRIVING: "ARRIVING", SETTLING: "SETTLING" } as const;
export type MovePhase = keyof typeof MovePhase;

registerEnumType(MovePhase, {
  name: "ProjectMovePhase",
  description: "How far a project has come on its way to another shard; meanwhile both shards have it.",
  valuesConfig: {
    ARRIVING: { description: "The agents of the new shard are to load it." },
    SETTLING: {
      description: "The new shard has loaded it, and its alerts are to become what they are in the old one.",
    },
  },
});

/** A project on its way from one shard to another. It is over, and gone, once the old shard need not have the project any more. */
@Entity("project_move")
@Index("uq_project_move_project", ["projectId"], { unique: true })
@ObjectType({
  implements: Node,
  description:
    "A project on its way from one shard to another. Both have it meanwhile, so that none of its alerts resolves or fires anew.",
})
export class ProjectMove extends StoredNode {
  @Column("varchar", { name: "project_id", length: 40 })
  readonly projectId!: string;

  @Column("varchar", { name: "from_shard", length: 63 })
  readonly fromShard!: string;

  @Column("varchar", { name: "to_shard", length: 63 })
  readonly toShard!: string;

  @Column("varchar", { length: 20 })
  @Field(() => MovePhase, { description: "How far it has come." })
  readonly phase!: MovePhase;

  @Column("datetime", { name: "phase_since", precision: 3 })
  @Field(() => DateTime, { description: "Since when it is in this phase." })
  readonly phaseSince!: Date;

  @Column("int", { name: "least_seconds", nullable: true })
  @Field(() => Int, {
    nullable: true,
    description:
      "How long it settles, in seconds: as long as the project's targets take to be scraped and its rules look back and wait, at most as the settings say. Null while it arrives.",
  })
  readonly leastSeconds!: number | null;

  @Column("varchar", { name: "requested_by", length: 255 })
  @Field(() => String, { description: "Who asked for it." })
  readonly requestedBy!: string;
}
