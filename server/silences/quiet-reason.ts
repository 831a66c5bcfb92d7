import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Alert } from "../alerts/alert.js";
import type { Matcher as MatcherShape } from "../core/matcher.js";
import { DateTime } from "../graph/scalars.js";
import { Acknowledgement } from "./acknowledgements/acknowledgement.js";
import { Matcher, Silence } from "./silence.js";

/** What can keep an alert quiet. */
export const QuietReasonKind = {
  SILENCE: "SILENCE",
  ACKNOWLEDGEMENT: "ACKNOWLEDGEMENT",
  INHIBITION: "INHIBITION",
  MUTE_TIMING: "MUTE_TIMING",
} as const;
export type QuietReasonKind = keyof typeof QuietReasonKind;

registerEnumType(QuietReasonKind, {
  name: "QuietReasonKind",
  description: "What can keep an alert quiet.",
  valuesConfig: {
    SILENCE: { description: "A silence that somebody wrote." },
    ACKNOWLEDGEMENT: { description: "Somebody looks after it, and a silence for exactly this alert goes with that." },
    INHIBITION: { description: "Another alert, by an inhibition rule of the Alertmanager." },
    MUTE_TIMING: { description: "A mute timing of its route; Alertmanager tells from 0.28 on." },
  },
});

/** One thing that keeps an alert quiet. */
@ObjectType({ description: "One thing that keeps an alert quiet: what, whose, until when, and by which conditions." })
export class QuietReason {
  @Field(() => QuietReasonKind, { description: "What it is." })
  readonly kind!: QuietReasonKind;

  @Field(() => String, {
    nullable: true,
    description:
      "Whose it is: the author of the silence, the owner of the acknowledgement; null for what the Alertmanager's configuration does.",
  })
  readonly by!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it ends by itself; null where that is not known." })
  readonly until!: Date | null;

  @Field(() => Boolean, {
    description:
      "Whether it is the platform's and not the project's: a silence that is for more than the alert's project, an inhibition, a mute timing.",
  })
  readonly isPlatform!: boolean;

  @Field(() => [Matcher], {
    description:
      "The conditions on the alert's labels by which it keeps it quiet: those of the silence, or of the inhibition rule's targets; empty where they are not known.",
  })
  readonly matchers!: readonly MatcherShape[];

  @Field(() => [String], {
    description: "Of an inhibition: the labels of which both alerts must have the same values; else empty.",
  })
  readonly equalLabels!: readonly string[];

  @Field(() => Silence, { nullable: true, description: "The silence, that of an acknowledgement too." })
  readonly silence!: Silence | null;

  @Field(() => Acknowledgement, { nullable: true, description: "The acknowledgement." })
  readonly acknowledgement!: Acknowledgement | null;

  @Field(() => Alert, {
    nullable: true,
    description: "The alert that keeps it quiet; null where you may not read that.",
  })
  readonly inhibitor!: Alert | null;

  @Field(() => String, { nullable: true, description: "The name of the mute timing." })
  readonly muteTiming!: string | null;
}
