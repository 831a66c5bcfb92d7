import { Field, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "./scalars.js";

/** What an event of a subscription to things that change is. */
export const EventKind = {
  SNAPSHOT: "SNAPSHOT",
  CHANGES: "CHANGES",
  RESYNC: "RESYNC",
  HEARTBEAT: "HEARTBEAT",
} as const;
export type EventKind = keyof typeof EventKind;

registerEnumType(EventKind, {
  name: "EventKind",
  description: "What an event is.",
  valuesConfig: {
    SNAPSHOT: {
      description:
        "All that there is, in one or more events: at the first of them forget what you have, after the last you have it all.",
    },
    CHANGES: { description: "What has changed since the event before." },
    RESYNC: {
      description:
        "Changes are missing, because more happened than you took, or because you asked for no snapshot: what you have may be outdated. A snapshot follows, unless you asked for none.",
    },
    HEARTBEAT: { description: "Nothing has changed for a while, and the server lives." },
  },
});

/** What every event says of itself. */
export interface EventFacts {
  readonly kind: EventKind;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly revision: string;
  readonly lastSyncAt: Date | null;
}

/** Fields of every event of things that change. */
@ObjectType()
export abstract class EventFields implements EventFacts {
  @Field(() => EventKind, { description: "What it is." })
  readonly kind: EventKind;

  @Field(() => Boolean, { description: "Whether it is the first of the events that belong together." })
  readonly isFirst: boolean;

  @Field(() => Boolean, {
    description: "Whether it is the last of the events that belong together: one carries no more than 200 entries.",
  })
  readonly isLast: boolean;

  @Field(() => String, { description: "Names what was known when it was made. It differs between servers." })
  readonly revision: string;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "When the Alertmanager cluster that was read the longest ago was last read: as fresh is what the events tell. Null while there is one that never answered.",
  })
  readonly lastSyncAt: Date | null;

  constructor({ kind, isFirst, isLast, revision, lastSyncAt }: EventFacts) {
    this.kind = kind;
    this.isFirst = isFirst;
    this.isLast = isLast;
    this.revision = revision;
    this.lastSyncAt = lastSyncAt;
  }
}
