import { Extensions, Field, ID, InputType, Int } from "type-graphql";
import { DateTime, Duration } from "../../graph/scalars.js";

/** Narrows a list of acknowledgements; several conditions must all hold. */
@InputType({ description: "Narrows a list of acknowledgements; several conditions must all hold." })
export class AcknowledgementFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: "Only those in force, or only those that have ended; both when absent.",
  })
  readonly active?: boolean | null;

  @Field(() => [String], { nullable: true, description: "Only those of owners with these names." })
  readonly owners?: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: "Only those of alerts of the projects with these names." })
  readonly projects?: readonly string[] | null;
}

/** How long an acknowledgement is in force, at the longest. */
@InputType({ description: "How long an acknowledgement is in force, at the longest." })
abstract class TermInput {
  @Field(() => DateTime, {
    nullable: true,
    description: "Until when it is in force if the alert fires so long. Give this or `duration`.",
  })
  readonly expiresAt?: Date | null;

  @Field(() => Duration, {
    nullable: true,
    description: "How long it is in force from now on if the alert fires so long. Give this or `expiresAt`.",
  })
  readonly duration?: string | null;
}

/** Which alerts to acknowledge, and how. */
@InputType({
  description:
    "Which alerts to acknowledge, and how. Without an end each ends with its alert, unless the server's settings give one.",
})
export class AlertsAcknowledgeInput extends TermInput {
  @Field(() => [ID], { description: "The ids of 1 to 100 alerts." })
  readonly alerts!: readonly string[];

  @Field(() => String, { nullable: true, description: "What you have to say about it; at most 1,000 bytes." })
  readonly note?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether to silence exactly these alerts for as long as they fire; true when absent.",
  })
  readonly quiet?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "Who looks after the alerts, where that is not you: a name of at most 100 characters.",
  })
  readonly owner?: string | null;
}

/** Which acknowledgements to take back. */
@Extensions({ oneOf: true })
@InputType({
  description: "Which acknowledgements to take back: 1 to 100, by their own ids or by those of the alerts.",
})
export class AlertsUnacknowledgeInput {
  @Field(() => [ID], { nullable: true, description: "The ids of the alerts." })
  readonly alerts?: readonly string[];

  @Field(() => [ID], { nullable: true, description: "The ids of the acknowledgements." })
  readonly acknowledgements?: readonly string[];
}

/** Changes to an acknowledgement: an absent field stays. */
@InputType({ description: "Changes to an acknowledgement: an absent field stays as it is." })
export class AcknowledgementUpdateInput extends TermInput {
  @Field(() => String, {
    nullable: true,
    description: "Hands it over: who looks after the alert from now on, a name of at most 100 characters.",
  })
  readonly owner?: string | null;

  @Field(() => String, { nullable: true, description: "At most 1,000 bytes; null empties it." })
  readonly note?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "The `version` that you have seen; if it is no longer the newest, CONFLICT.",
  })
  readonly expectedVersion?: number | null;
}
