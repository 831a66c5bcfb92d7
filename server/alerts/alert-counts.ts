import { Field, Int, ObjectType } from "type-graphql";
import type { Alert } from "./alert.js";

/** How many alerts there are, by state. */
@ObjectType({ description: "How many alerts there are, by state." })
export class AlertCounts {
  @Field(() => Int, { description: "In any state." })
  readonly total!: number;

  @Field(() => Int, { description: "Those that are notified about." })
  readonly active!: number;

  @Field(() => Int, { description: "Those that a silence or another alert keeps quiet." })
  readonly suppressed!: number;

  @Field(() => Int, { description: "Those that have just arrived." })
  readonly unprocessed!: number;
}

/** Counts alerts by state. */
export function countAlerts(alerts: readonly Alert[]): AlertCounts {
  const counts = { ACTIVE: 0, SUPPRESSED: 0, UNPROCESSED: 0 };
  for (const { state } of alerts) counts[state]++;
  return {
    total: alerts.length,
    active: counts.ACTIVE,
    suppressed: counts.SUPPRESSED,
    unprocessed: counts.UNPROCESSED,
  };
}
