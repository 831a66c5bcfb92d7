import { Column, Entity, PrimaryColumn } from "typeorm";

/** An operator's confirmation of one deletion, for all agents that hold it back. */
@Entity("brake_release")
export class BrakeRelease {
  /** Of the deletion, as agents report it. */
  @PrimaryColumn("varchar", { length: 64, primaryKeyConstraintName: "pk" })
  readonly id!: string;

  @Column("datetime", { name: "released_at", precision: 3 })
  readonly releasedAt!: Date;

  @Column("varchar", { name: "released_by", length: 255 })
  readonly releasedBy!: string;
}
