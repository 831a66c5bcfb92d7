import { Column, Entity, PrimaryColumn } from "typeorm";

/** How many episodes of a project were first seen on a day, and how many of them were too many to be recorded. */
@Entity("alert_history_day")
export class EpisodeDay {
  /** "" for what belongs to no project. */
  @PrimaryColumn("varchar", { name: "project_id", length: 40, primaryKeyConstraintName: "pk" })
  readonly projectId!: string;

  /** In UTC, as `2026-11-23`. */
  @PrimaryColumn("varchar", { length: 10, primaryKeyConstraintName: "pk" })
  readonly day!: string;

  @Column("int")
  readonly recorded!: number;

  @Column("int", { name: "left_out" })
  readonly leftOut!: number;
}
