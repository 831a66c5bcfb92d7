import { Column, Entity, PrimaryColumn } from "typeorm";

/** Who of several servers does a piece of repeated work, and until when nobody else may. */
@Entity("lease")
export class LeaseRow {
  /** Of the work. */
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  readonly name!: string;

  @Column("varchar", { length: 40 })
  readonly holder!: string;

  /** Grows whenever it is taken anew, also by the same holder. */
  @Column("int")
  readonly term!: number;

  /** By the database's clock. */
  @Column("datetime", { name: "expires_at", precision: 3 })
  readonly expiresAt!: Date;
}
