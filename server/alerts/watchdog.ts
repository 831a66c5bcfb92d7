import { Field, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../graph/scalars.js";

/** What is known of a watchdog. */
export const WatchdogState = { OK: "OK", ABSENT: "ABSENT", UNKNOWN: "UNKNOWN" } as const;
export type WatchdogState = keyof typeof WatchdogState;

registerEnumType(WatchdogState, {
  name: "WatchdogState",
  description: "Whether alerts of a Prometheus arrive at an Alertmanager cluster.",
  valuesConfig: {
    OK: { description: "The cluster holds the watchdog, or did until shortly." },
    ABSENT: {
      description:
        "The cluster has not heard of the watchdog for the time that the settings set: no alert of that Prometheus can be trusted to arrive.",
    },
    UNKNOWN: {
      description:
        "The cluster cannot be read now, which `alertmanagers` says more of; or it never held the watchdog and has not been watched for that time.",
    },
  },
});

/** An alert that always fires, as one Alertmanager cluster is to hold it. */
@ObjectType({
  description:
    "An alert that always fires, one for each Prometheus and Alertmanager cluster of the settings: while it is there, the Prometheus evaluates its rules and its alerts reach the cluster.",
})
export class Watchdog {
  @Field(() => String, {
    description: "Its name: that of the Prometheus in the server's settings, unless these name another.",
  })
  readonly name!: string;

  @Field(() => String, { description: "The Alertmanager cluster that is to hold it." })
  readonly cluster!: string;

  @Field(() => WatchdogState, { description: "Whether it is there." })
  readonly state!: WatchdogState;

  @Field(() => DateTime, {
    nullable: true,
    description: "When the cluster last heard of it, as far as this server has seen; null when it never did.",
  })
  readonly lastSeenAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Since when it counts as absent; null when it does not." })
  readonly absentSince!: Date | null;
}
