import { Resolver, Root, Subscription } from "type-graphql";
import { SnapshotArgument } from "../graph/arguments.js";
import { fromStream } from "../graph/streams.js";
import { SilenceEvent } from "./silence-event.js";
import type { SilenceFilter } from "./silence-list-input.js";
import { SilenceFilterArgument } from "./silence-list-input.js";

/** The topic of the subscription `silenceEvents`. */
export const silenceEventsTopic = "silenceEvents";

/** What becomes of silences, in the graph. */
@Resolver()
export class SilenceEventResolver {
  @Subscription(() => SilenceEvent, {
    ...fromStream(silenceEventsTopic),
    description:
      "What becomes of the silences that could keep alerts quiet that you may read; told as `alertEvents` tells of alerts.",
  })
  silenceEvents(
    @Root() event: SilenceEvent,
    @SilenceFilterArgument() _filter: SilenceFilter | null,
    @SnapshotArgument() _snapshot: boolean,
  ): SilenceEvent {
    return event;
  }
}
