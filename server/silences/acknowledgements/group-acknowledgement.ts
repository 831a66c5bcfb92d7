import { Field, Int, ObjectType } from "type-graphql";
import type { AcknowledgedAlerts } from "../../alerts/acknowledged-alerts.js";
import type { Alert } from "../../alerts/alert.js";

/** How far a group of alerts is acknowledged. */
@ObjectType({
  description: "How far a group of alerts is acknowledged: `acknowledged` of `total`, `joinedSince` since.",
})
export class GroupAcknowledgement {
  @Field(() => Int, { description: "Alerts of the group that somebody has acknowledged." })
  readonly acknowledged!: number;

  @Field(() => Int, { description: "Alerts of the group." })
  readonly total!: number;

  @Field(() => Int, {
    description:
      "Alerts of the group that nobody has acknowledged and that began after the newest acknowledgement in it; 0 where there is none.",
  })
  readonly joinedSince!: number;
}

/** Counts the alerts of a group that are acknowledged, and those that have joined since the last one was. */
export function acknowledgementOfGroup(
  alerts: readonly Pick<Alert, "fingerprint" | "startsAtMs">[],
  acknowledgements: Pick<AcknowledgedAlerts, "of">,
): GroupAcknowledgement {
  const found = alerts.map(({ fingerprint, startsAtMs }) => acknowledgements.of(fingerprint, startsAtMs));
  const times = found.flatMap((one) => one?.createdAtMs ?? []);
  const newestMs = times.reduce((newest, time) => Math.max(newest, time), Number.NEGATIVE_INFINITY);
  const hasJoined = ({ startsAtMs }: Pick<Alert, "startsAtMs">, index: number) =>
    found[index] === null && startsAtMs > newestMs;
  return {
    acknowledged: times.length,
    total: alerts.length,
    joinedSince: times.length === 0 ? 0 : alerts.filter(hasJoined).length,
  };
}
