import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import { type PageHolder, pageType } from "../../graph/connection.js";
import { Node } from "../../graph/node.js";
import { DateTime, Labels } from "../../graph/scalars.js";
import { AlertStateChange, suppressedMs } from "./alert-state-change.js";

/** Whether a firing is over. */
export const AlertEpisodeState = { FIRING: "FIRING", RESOLVED: "RESOLVED" } as const;
export type AlertEpisodeState = keyof typeof AlertEpisodeState;

registerEnumType(AlertEpisodeState, {
  name: "AlertEpisodeState",
  description: "Whether a firing is over.",
  valuesConfig: {
    FIRING: { description: "It still fires, or an Alertmanager that held it cannot be asked." },
    RESOLVED: { description: "It is over." },
  },
});

/** One firing of one alert, from when it began to when it resolved. */
@Entity("alert_episode")
@Index("uq_alert_episode_firing", ["fingerprint", "startsAt"], { unique: true })
@Index("ix_alert_episode_starts", ["startsAt", "id"])
@Index("ix_alert_episode_project", ["projectId", "startsAt", "id", "resolvedAt", "severity", "name"])
@Index("ix_alert_episode_project_name", ["projectId", "name", "startsAt", "id", "resolvedAt"])
@Index("ix_alert_episode_project_resolved", ["projectId", "resolvedAt", "startsAt", "id"])
@Index("ix_alert_episode_resolved", ["resolvedAt", "id"])
@ObjectType({
  implements: Node,
  description:
    "One firing of one alert, from when it began to when it resolved. An alert that resolves and fires again has two; one that is lost for a while, as when its Alertmanager restarts, and comes back with the same start, goes on with the one it had.",
})
export class AlertEpisode extends Node {
  @PrimaryColumn("varchar", { length: 40, primaryKeyConstraintName: "pk" })
  declare readonly id: string;

  @Column("varchar", { length: 16 })
  @Field(() => String, { description: "Alertmanager's hash of the alert's labels: all firings of an alert share it." })
  readonly fingerprint!: string;

  /** Of the project that had the alert's name in its label `project` when it was first seen; null when none had. */
  @Column("varchar", { name: "project_id", length: 40, nullable: true })
  readonly projectId!: string | null;

  @Column("varchar", { length: 255 })
  @Field(() => String, { description: "The label `alertname`, its first 255 characters." })
  readonly name!: string;

  @Column("varchar", { length: 255, nullable: true })
  @Field(() => String, { nullable: true, description: "The label `severity`, its first 255 characters." })
  readonly severity!: string | null;

  @Column("json")
  @Field(() => Labels, {
    description: "What identifies the alert. Of very long labels the beginning, then an ellipsis.",
  })
  readonly labels!: Readonly<Record<string, string>>;

  @Column("json")
  @Field(() => Labels, {
    description:
      "What the rule said about it when it began, or last when its state changed. Of very long ones the beginning, then an ellipsis.",
  })
  readonly annotations!: Readonly<Record<string, string>>;

  @Column("json")
  @Field(() => [String], { description: "The Alertmanager clusters that held it." })
  readonly clusters!: readonly string[];

  @Column("datetime", { name: "starts_at", precision: 3 })
  @Field(() => DateTime, { description: "Since when it fired, as the Alertmanager had it when it was first seen." })
  readonly startsAt!: Date;

  @Column("datetime", { name: "first_seen_at", precision: 3 })
  @Field(() => DateTime, { description: "When it was first seen here." })
  readonly firstSeenAt!: Date;

  @Column("datetime", { name: "resolved_at", precision: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      "When it was seen to have resolved, or to be gone; where nobody could look then, when it was last seen. Null while it fires.",
  })
  readonly resolvedAt!: Date | null;

  @Column("datetime", { name: "resolved_before", precision: 3, nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      "Set where nobody could look when it ended: that was between `resolvedAt` and this time. Null where the end was seen.",
  })
  readonly resolvedBefore!: Date | null;

  /** Up to its end; while it fires, up to the last of its changes. */
  @Column("int", { name: "suppressed_seconds" })
  readonly suppressedSecondsKnown!: number;

  @Column("json", { name: "state_changes" })
  @Field(() => [AlertStateChange], {
    description:
      "How it was silenced, inhibited and notified about again, the oldest first; of very many the last 50. The first one is its state when it was first seen.",
  })
  readonly stateChanges!: readonly AlertStateChange[];

  @Field(() => AlertEpisodeState, { description: "Whether it is over." })
  get state(): AlertEpisodeState {
    return this.resolvedAt === null ? "FIRING" : "RESOLVED";
  }

  /** How long it fired, in seconds; until `now`, while it fires. */
  durationSeconds(now: Date): number {
    return Math.max(0, this.#end(now).getTime() - this.startsAt.getTime()) / 1_000;
  }

  /** How long of that it was kept quiet, in seconds. */
  suppressedSeconds(now: Date): number {
    const newest = this.resolvedAt === null ? this.stateChanges.slice(-1) : [];
    return this.suppressedSecondsKnown + Math.round(suppressedMs(newest, this.#end(now).getTime()) / 1_000);
  }

  #end(now: Date): Date {
    return this.resolvedAt ?? now;
  }
}

/** A page of episodes, and a question. */
export interface EpisodePage extends PageHolder<AlertEpisode> {
  /** How many are missing because their project had too many. */
  readonly leftOutNow: () => Promise<number>;
}

/** A page of episodes. */
@ObjectType({ description: "A page of a list of AlertEpisode." })
export class AlertEpisodeConnection
  extends pageType<AlertEpisode>("AlertEpisode", () => AlertEpisode)
  implements EpisodePage
{
  readonly leftOutNow!: EpisodePage["leftOutNow"];

  @Field(() => Int, {
    description:
      "Firings that are missing here, because their project had more on a day than the server's settings let it keep. By days in UTC, whatever else the filter says.",
  })
  leftOut(): Promise<number> {
    return this.leftOutNow();
  }
}
