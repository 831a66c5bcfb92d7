import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { HeldSilence } from "../alerts/alert-snapshot.js";
import type { Change } from "../alerts/events/change.js";
import type { Told } from "../alerts/events/watched.js";
import { type EventFacts, EventFields } from "../graph/event.js";
import type { WeighedEvent } from "../graph/streams.js";
import { Silence } from "./silence.js";

/** What happened to a silence. */
export const SilenceChangeKind = { ADDED: "ADDED", CHANGED: "CHANGED", REMOVED: "REMOVED", LEFT: "LEFT" } as const;
export type SilenceChangeKind = keyof typeof SilenceChangeKind;

registerEnumType(SilenceChangeKind, {
  name: "SilenceChangeKind",
  description: "What happened to a silence.",
  valuesConfig: {
    ADDED: { description: "It is there, and was not, or did not pass your filter." },
    CHANGED: { description: "It is different: it was changed, began, or expired." },
    REMOVED: { description: "The Alertmanager has forgotten it, days after it expired. It is shown as it was last." },
    LEFT: { description: "It is still there, and does not pass your filter any more." },
  },
});

/** One silence and what happened to it. */
@ObjectType({ description: "One silence and what happened to it." })
export class SilenceChange {
  @Field(() => SilenceChangeKind, { description: "What happened." })
  readonly kind: SilenceChangeKind;

  @Field(() => Silence, { description: "The silence." })
  readonly silence: Silence;

  constructor({ kind, item }: Change<HeldSilence>) {
    this.kind = kind;
    this.silence = new Silence(item);
  }
}

/** What happened to silences, or that nothing did. */
@ObjectType({ description: "What happened to the silences that pass your filter, or that nothing did." })
export class SilenceEvent extends EventFields implements WeighedEvent {
  @Field(() => [SilenceChange], {
    description: "What happened to which silence, each silence once; those of a snapshot are ADDED.",
  })
  readonly changes: readonly SilenceChange[];

  constructor({ changes, ...facts }: Told<HeldSilence> & EventFacts) {
    super(facts);
    this.changes = changes.map((change) => new SilenceChange(change));
  }

  get weight(): number {
    return this.changes.length;
  }
}
