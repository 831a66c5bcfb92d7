import { Column, Entity, PrimaryColumn } from "typeorm";

/** The one row that orders all changes of acknowledgements, and by which each server hears of those that others make. */
@Entity("acknowledgement_revision")
export class AcknowledgementRevision {
  static readonly theOne = 1;

  @PrimaryColumn("int", { primaryKeyConstraintName: "pk" })
  readonly id!: number;

  @Column("int")
  readonly value!: number;
}
