import { Column, Entity, PrimaryColumn } from "typeorm";

/** When whoever records the history last read an Alertmanager cluster: what the history held open then, fired then. */
@Entity("alert_history_reading")
export class ClusterReading {
  /** Its name in the settings. */
  @PrimaryColumn("varchar", { length: 63, primaryKeyConstraintName: "pk" })
  readonly cluster!: string;

  @Column("datetime", { name: "read_at", precision: 3 })
  readonly readAt!: Date;
}
