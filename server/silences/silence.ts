import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { HeldSilence } from "../alerts/alert-snapshot.js";
import { silenceIdOf } from "../alerts/silence-id.js";
import type { SilenceText, UpstreamSilence } from "../clients/alertmanager-client.js";
import type { Matcher as MatcherShape } from "../core/matcher.js";
import { connectionType } from "../graph/connection.js";
import { Node } from "../graph/node.js";
import { DateTime } from "../graph/scalars.js";

/** The states of a silence, as Alertmanager names them. */
export const SilenceState = { PENDING: "PENDING", ACTIVE: "ACTIVE", EXPIRED: "EXPIRED" } as const;
export type SilenceState = keyof typeof SilenceState;

registerEnumType(SilenceState, {
  name: "SilenceState",
  description: "The states of a silence, as Alertmanager has them.",
  valuesConfig: {
    PENDING: { description: "Its start is still to come." },
    ACTIVE: { description: "It keeps alerts quiet." },
    EXPIRED: { description: "It has ended; Alertmanager forgets it some days later." },
  },
});

/** One condition on one label. */
@ObjectType({ description: 'One condition on one label; an absent label counts as "".' })
export class Matcher implements MatcherShape {
  @Field(() => String, { description: "The label's name." })
  readonly name!: string;

  @Field(() => String, { description: "The value, or the regular expression." })
  readonly value!: string;

  @Field(() => Boolean, {
    description: "Whether `value` is a regular expression (RE2), which must match the whole value.",
  })
  readonly isRegex!: boolean;

  @Field(() => Boolean, { description: "Whether the label must match; false for `!=` and `!~`." })
  readonly isEqual!: boolean;
}

/** A silence: keeps the alerts quiet that all of its matchers match. */
@ObjectType({ implements: Node, description: "Keeps alerts quiet for a time: those that all of its matchers match." })
export class Silence extends Node {
  override readonly id: string;

  /** Its id in Alertmanager. */
  readonly uuid: string;

  @Field(() => String, { description: "The Alertmanager cluster that holds it." })
  readonly cluster: string;

  private readonly upstream: UpstreamSilence;

  constructor({ cluster, silence }: HeldSilence) {
    super();
    this.id = silenceIdOf(silence.id);
    this.uuid = silence.id;
    this.cluster = cluster;
    this.upstream = silence;
  }

  /** What it is made of. */
  get text(): SilenceText {
    return this.upstream;
  }

  @Field(() => [Matcher], { description: "All of these must match." })
  get matchers(): readonly MatcherShape[] {
    return this.upstream.matchers;
  }

  @Field(() => SilenceState, { description: "Whether it is in force." })
  get state(): SilenceState {
    return this.upstream.state;
  }

  @Field(() => DateTime, { description: "From when on it is in force." })
  get startsAt(): Date {
    return new Date(this.upstream.startsAtMs);
  }

  @Field(() => DateTime, { description: "Until when it is in force." })
  get endsAt(): Date {
    return new Date(this.upstream.endsAtMs);
  }

  @Field(() => DateTime, { description: "When it was last changed." })
  get updatedAt(): Date {
    return new Date(this.upstream.updatedAtMs);
  }

  @Field(() => String, { description: "Who wrote it; what was written through this graph has the principal's name." })
  get createdBy(): string {
    return this.upstream.createdBy;
  }

  @Field(() => String, { description: "Why." })
  get comment(): string {
    return this.upstream.comment;
  }
}

/** A page of silences. */
export const SilenceConnection = connectionType<Silence>("Silence", () => Silence);
