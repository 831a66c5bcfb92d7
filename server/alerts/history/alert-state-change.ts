import { Field, ObjectType } from "type-graphql";
import { DateTime } from "../../graph/scalars.js";
import { type Alert, AlertState } from "../alert.js";

/** That an alert began to be notified about, or to be kept quiet, and by what. */
@ObjectType({ description: "That an alert began to be notified about, or to be kept quiet, and by what." })
export class AlertStateChange {
  /** ISO-8601: it is stored as JSON. */
  @Field(() => DateTime, { description: "When that was seen." })
  readonly at!: string;

  @Field(() => AlertState, { description: "Its state from then on." })
  readonly state!: AlertState;

  @Field(() => Boolean, { description: "Whether a silence kept it quiet." })
  readonly silenced!: boolean;

  @Field(() => Boolean, { description: "Whether another alert kept it quiet by an inhibition rule." })
  readonly inhibited!: boolean;

  @Field(() => Boolean, { description: "Whether a mute timing kept it quiet; Alertmanager tells from 0.28 on." })
  readonly muted!: boolean;
}

/** How an alert is now, as a change; null while its Alertmanager has not decided. */
export function stateNow({ state, silenceIds, inhibitors, mutedBy }: Alert, atMs: number): AlertStateChange | null {
  if (state === "UNPROCESSED") return null;
  return {
    at: new Date(atMs).toISOString(),
    state,
    silenced: silenceIds.length > 0,
    inhibited: inhibitors.length > 0,
    muted: mutedBy.length > 0,
  };
}

/** Whether two changes lead to the same. */
export function leadsToSame(a: AlertStateChange, b: AlertStateChange): boolean {
  return a.state === b.state && a.silenced === b.silenced && a.inhibited === b.inhibited && a.muted === b.muted;
}

/** How long of the time up to `untilMs` an alert with these changes was kept quiet, in milliseconds. */
export function suppressedMs(changes: readonly AlertStateChange[], untilMs: number): number {
  return changes.reduce((sum, { at, state }, index) => {
    if (state !== "SUPPRESSED") return sum;
    const next = changes[index + 1];
    return sum + Math.max(0, (next ? Date.parse(next.at) : untilMs) - Date.parse(at));
  }, 0);
}
