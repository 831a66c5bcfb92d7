import { Column, Entity, PrimaryColumn } from "typeorm";

/** The one row that orders all changes: whoever holds its lock makes the next revision. */
@Entity("revision")
export class Revision {
  static readonly theOne = 1;

  @PrimaryColumn("int", { primaryKeyConstraintName: "pk" })
  readonly id!: number;

  /** The newest revision of the whole configuration; 0 while nothing was ever written. */
  @Column("int")
  readonly value!: number;

  /** The newest revision that touched a global rule, which belongs to no project. */
  @Column("int", { name: "global_rules_value" })
  readonly globalRulesValue!: number;
}
