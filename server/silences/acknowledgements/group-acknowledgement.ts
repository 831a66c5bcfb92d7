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
  const others: number[] = [];
  let newestMs = Number.POSITIVE_INFINITY;
  for (const { fingerprint, startsAtMs } of alerts) {
    const found = acknowledgements.of(fingerprint, startsAtMs);
    if (found === null) others.push(startsAtMs);
    else newestMs = newestMs === Number.POSITIVE_INFINITY ? found.createdAtMs : Math.max(newestMs, found.createdAtMs);
  }
  return {
    acknowledged: alerts.length - others.length,
    total: alerts.length,
    joinedSince: others.filter((startsAtMs) => startsAtMs > newestMs).length,
  };
}
