import { Resolver, Root, Subscription } from "type-graphql";
import { SnapshotArgument } from "../graph/arguments.js";
import { fromStream } from "../graph/streams.js";
import { AlertEvent } from "./alert-event.js";
import { type AlertFilter, AlertFilterArgument } from "./alert-input.js";

/** The topic of the subscription `alertEvents`. */
export const alertEventsTopic = "alertEvents";

/** What becomes of alerts, in the graph. */
@Resolver()
export class AlertEventResolver {
  @Subscription(() => AlertEvent, {
    ...fromStream(alertEventsTopic),
    description:
      "What becomes of the alerts of the projects that you may read: a snapshot, then changes, those of one reading of the Alertmanagers in one event; a heartbeat when nothing happened for 15 seconds. Who takes events slower than things happen gets what it comes to, or a resync. What events bring counts as `extensions.cost` does, apart from what you ask otherwise: when a minute's worth is spent, they wait for the next.",
  })
  alertEvents(
    @Root() event: AlertEvent,
    @AlertFilterArgument() _filter: AlertFilter | null,
    @SnapshotArgument() _snapshot: boolean,
  ): AlertEvent {
    return event;
  }
}
