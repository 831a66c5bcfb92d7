import { Field, ObjectType, registerEnumType } from "type-graphql";
import { type EventFacts, EventFields } from "../graph/event.js";
import type { WeighedEvent } from "../graph/streams.js";
import { Alert } from "./alert.js";
import { AlertCounts } from "./alert-counts.js";
import type { Change } from "./events/change.js";
import type { Told } from "./events/watched.js";

/** What happened to an alert. */
export const AlertChangeKind = { FIRING: "FIRING", CHANGED: "CHANGED", RESOLVED: "RESOLVED", LEFT: "LEFT" } as const;
export type AlertChangeKind = keyof typeof AlertChangeKind;

registerEnumType(AlertChangeKind, {
  name: "AlertChangeKind",
  description: "What happened to an alert.",
  valuesConfig: {
    FIRING: { description: "It fires, and did not, or did not pass your filter." },
    CHANGED: { description: "It fires as it did, and something about it is different." },
    RESOLVED: { description: "It fires no more. It is shown as it was last." },
    LEFT: { description: "It fires still, and does not pass your filter any more." },
  },
});

const kinds = { ADDED: "FIRING", CHANGED: "CHANGED", LEFT: "LEFT", REMOVED: "RESOLVED" } as const;

/** One alert and what happened to it. */
@ObjectType({ description: "One alert and what happened to it." })
export class AlertChange {
  @Field(() => AlertChangeKind, { description: "What happened." })
  readonly kind: AlertChangeKind;

  @Field(() => Alert, { description: "The alert." })
  readonly alert: Alert;

  constructor({ kind, item }: Change<Alert>) {
    this.kind = kinds[kind];
    this.alert = item;
  }
}

/** What happened to alerts, or that nothing did. */
@ObjectType({ description: "What happened to the alerts that pass your filter, or that nothing did." })
export class AlertEvent extends EventFields implements WeighedEvent {
  @Field(() => [AlertChange], {
    description:
      "What happened to which alert, each alert once; those of a snapshot are FIRING. That an alert was only heard of again is no change.",
  })
  readonly changes: readonly AlertChange[];

  private readonly alerts: readonly Alert[] | null;

  constructor({ changes, items, ...facts }: Told<Alert> & EventFacts) {
    super(facts);
    this.changes = changes.map((change) => new AlertChange(change));
    this.alerts = items;
  }

  @Field(() => AlertCounts, {
    nullable: true,
    description: "How many alerts pass your filter now; null while no Alertmanager has answered.",
  })
  get counts(): AlertCounts | null {
    return this.alerts && countedOnce(this.alerts);
  }

  get weight(): number {
    return this.changes.length;
  }
}

const counted = new WeakMap<readonly Alert[], AlertCounts>();

/** Many events tell of the same alerts. */
function countedOnce(alerts: readonly Alert[]): AlertCounts {
  const known = counted.get(alerts);
  if (known !== undefined) return known;
  const counts = new AlertCounts(alerts);
  counted.set(alerts, counts);
  return counts;
}
