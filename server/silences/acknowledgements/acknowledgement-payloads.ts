import { Field, ID, ObjectType } from "type-graphql";
import { PayloadFields } from "../../graph/payload.js";
import { UserError } from "../../graph/user-error.js";
import { Acknowledgement } from "./acknowledgement.js";

/** What came of one of several. */
@ObjectType({ description: "What came of one of several." })
export class AcknowledgementResult {
  @Field(() => ID, { description: "The id, as it was asked for: of an alert or of an acknowledgement." })
  readonly id!: string;

  @Field(() => Acknowledgement, {
    nullable: true,
    description:
      "The acknowledgement as it is now; null where `userErrors` says why not, and where one was to be taken back of an alert that nobody has acknowledged.",
  })
  readonly acknowledgement!: Acknowledgement | null;

  @Field(() => [UserError], {
    description: "Why it was not written. What is invisible to you is told of like what does not exist.",
  })
  readonly userErrors!: readonly UserError[];
}

/** What came of a change of several. */
@ObjectType()
abstract class SeveralPayloadFields extends PayloadFields {
  @Field(() => [AcknowledgementResult], {
    description:
      "What came of each, in the order of the ids: one that fails keeps no other from being written. `userErrors` beside it is about all of them.",
  })
  readonly results!: readonly AcknowledgementResult[];
}

/** What came of `alertsAcknowledge`. */
@ObjectType({ description: "What came of it." })
export class AlertsAcknowledgePayload extends SeveralPayloadFields {}

/** What came of `alertsUnacknowledge`. */
@ObjectType({ description: "What came of it." })
export class AlertsUnacknowledgePayload extends SeveralPayloadFields {}

/** What came of `acknowledgementUpdate`. */
@ObjectType({ description: "What came of it." })
export class AcknowledgementUpdatePayload extends PayloadFields {
  @Field(() => Acknowledgement, { nullable: true, description: "It as it is now; null when nothing was written." })
  readonly acknowledgement!: Acknowledgement | null;
}
