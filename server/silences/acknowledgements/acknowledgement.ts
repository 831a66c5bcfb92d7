import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import type { AcknowledgedAlerts } from "../../alerts/acknowledged-alerts.js";
import type { Labels as LabelsShape } from "../../core/labels.js";
import { connectionType } from "../../graph/connection.js";
import { Node } from "../../graph/node.js";
import { DateTime, Labels } from "../../graph/scalars.js";

/** Why an acknowledgement is in force no longer. */
export const AcknowledgementEnd = {
  RESOLVED: "RESOLVED",
  EXPIRED: "EXPIRED",
  REMOVED: "REMOVED",
  DELETED: "DELETED",
} as const;
export type AcknowledgementEnd = keyof typeof AcknowledgementEnd;

registerEnumType(AcknowledgementEnd, {
  name: "AcknowledgementEnd",
  description: "Why an acknowledgement is in force no longer.",
  valuesConfig: {
    RESOLVED: { description: "The alert resolved; should it fire again, that is for somebody to acknowledge anew." },
    EXPIRED: { description: "Its time was up, and the alert fires still." },
    REMOVED: { description: "Somebody took it back." },
    DELETED: { description: "The project of its alert was deleted." },
  },
});

/** The end of those that have none: so they come first where the last ended does, and each alert has one at the most. */
export const neverEnded = new Date("9999-12-31T23:59:59.999Z");

/** Where the silence of an acknowledgement is, or would be: in each cluster that holds the alert. */
export interface SilencePlace {
  readonly cluster: string;
  /** As Alertmanager has it; null while there is none. */
  readonly silenceId: string | null;
}

/** Somebody's word that they look after an alert, for as long as it fires. */
@Entity("acknowledgement")
@Index("uq_acknowledgement_in_force", ["fingerprint", "untilAt"], { unique: true })
@Index("ix_acknowledgement_ended_at", ["untilAt", "id"])
@Index("ix_acknowledgement_project", ["projectId", "untilAt", "id"])
@Index("ix_acknowledgement_made", ["projectId", "createdAt"])
@Index("ix_acknowledgement_revision", ["revision"])
@ObjectType({
  implements: Node,
  description:
    "Somebody's word that they look after an alert. It is for one firing of one alert: it ends when that resolves, and covers neither others of its group nor the same alert when it fires anew. An alert that is back within the same firing (its `startsAt` is before this was made, whatever replicas of Prometheus say in turn) stays covered.",
})
export class Acknowledgement extends Node implements NonNullable<ReturnType<AcknowledgedAlerts["of"]>> {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  declare readonly id: string;

  /** Of all acknowledgements, at its last change. */
  @Column("int")
  readonly revision!: number;

  @Column("int")
  @Field(() => Int, { description: "Counts what people changed of it; send it as `expectedVersion`." })
  readonly version!: number;

  @Column("varchar", { length: 16 })
  @Field(() => String, { description: "The fingerprint of the alert." })
  readonly fingerprint!: string;

  @Column("datetime", { name: "starts_at", precision: 3 })
  @Field(() => DateTime, { description: "Since when the alert fired, when it was acknowledged." })
  readonly startsAt!: Date;

  /** Null for alerts that belong to no project there is. */
  @Column("varchar", { name: "project_id", length: 40, nullable: true })
  readonly projectId!: string | null;

  @Column("json")
  @Field(() => Labels, { description: "The labels of the alert." })
  readonly labels!: LabelsShape;

  @Column("json")
  readonly places!: readonly SilencePlace[];

  @Column("varchar", { name: "owner_name", length: 255 })
  @Field(() => String, { description: "Who looks after the alert." })
  readonly owner!: string;

  /** Of the principal; null where it was handed over to a name. */
  @Column("varchar", { name: "owner_id", length: 40, nullable: true })
  readonly ownerId!: string | null;

  @Column("varchar", { name: "created_by", length: 255 })
  @Field(() => String, { description: "Who acknowledged the alert." })
  readonly createdBy!: string;

  @Column("varchar", { name: "created_by_id", length: 40 })
  readonly createdById!: string;

  @Column("varchar", { name: "handed_over_by", length: 255, nullable: true })
  @Field(() => String, {
    nullable: true,
    description: "Who made `owner` the owner, where that was somebody else; null when the owner did.",
  })
  readonly handedOverBy!: string | null;

  @Column("varchar", { length: 1000 })
  @Field(() => String, { description: "What the owner has to say about it." })
  readonly note!: string;

  @Column("boolean")
  @Field(() => Boolean, {
    description:
      "Whether a silence for exactly this alert keeps Alertmanager from notifying about it again. Becomes false when somebody expires that silence by hand, and when so many alerts join that have its labels and others that no silence is for it alone: the alert stays acknowledged, and is notified about.",
  })
  readonly quiet!: boolean;

  @Column("datetime", { name: "created_at", precision: 3 })
  @Field(() => DateTime, { description: "When the alert was acknowledged." })
  readonly createdAt!: Date;

  @Column("datetime", { name: "updated_at", precision: 3 })
  @Field(() => DateTime, { description: "When it was last changed." })
  readonly updatedAt!: Date;

  @Column("datetime", { name: "expires_at", precision: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: "Until when it is in force at the latest; null when it ends with the alert alone.",
  })
  readonly expiresAt!: Date | null;

  /** When it ended; `neverEnded` while it is in force. */
  @Column("datetime", { name: "ended_at", precision: 3 })
  readonly untilAt!: Date;

  @Column("varchar", { name: "end_reason", length: 10, nullable: true })
  @Field(() => AcknowledgementEnd, { nullable: true, description: "Why it ended; null while it is in force." })
  readonly endReason!: AcknowledgementEnd | null;

  @Field(() => DateTime, { nullable: true, description: "When it ended; null while it is in force." })
  get endedAt(): Date | null {
    return this.isInForce ? null : this.untilAt;
  }

  get isInForce(): boolean {
    return this.untilAt.getTime() === neverEnded.getTime();
  }

  get ownerName(): string {
    return this.owner;
  }

  get createdAtMs(): number {
    return this.createdAt.getTime();
  }

  /** Whether its time is up, although nobody may have ended it yet. */
  isOver(at: Date): boolean {
    return this.expiresAt !== null && this.expiresAt.getTime() <= at.getTime();
  }

  /**
   * Whether it is about the firing of its alert that began then. While an alert fires, its start may move: Alertmanager
   * takes the earliest of what replicas of Prometheus say, and forgets that when it is restarted. A new firing begins after
   * the old one has ended, and so after it was acknowledged.
   */
  covers(startsAtMs: number): boolean {
    return startsAtMs <= Math.max(this.createdAtMs, this.startsAt.getTime());
  }
}

/** A page of acknowledgements. */
export const AcknowledgementConnection = connectionType<Acknowledgement>("Acknowledgement", () => Acknowledgement);
