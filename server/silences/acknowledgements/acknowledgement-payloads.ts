import { Field, ObjectType } from "type-graphql";
import { PayloadFields } from "../../graph/payload.js";
import { Acknowledgement } from "./acknowledgement.js";

/** What came of `alertsAcknowledge`. */
@ObjectType({
  description:
    "What came of each alert. Mistakes about one of them have its place in their path (`input.alerts.3`), and do not keep the others from being acknowledged.",
})
export class AlertsAcknowledgePayload extends PayloadFields {
  @Field(() => [Acknowledgement], {
    nullable: "items",
    description: "One for each of `alerts`, in their order; null where `userErrors` says why not.",
  })
  readonly acknowledgements!: readonly (Acknowledgement | null)[];
}

/** What came of `alertsUnacknowledge`. */
@ObjectType({
  description:
    "What came of each. Mistakes about one of them have its place in their path (`input.alerts.3`), and do not keep the others from ending.",
})
export class AlertsUnacknowledgePayload extends PayloadFields {
  @Field(() => [Acknowledgement], {
    nullable: "items",
    description:
      "Those that have ended, in the order of the ids; null where `userErrors` says why not, and where nobody has acknowledged the alert.",
  })
  readonly acknowledgements!: readonly (Acknowledgement | null)[];
}

/** What came of `acknowledgementUpdate`. */
@ObjectType({ description: "What came of it." })
export class AcknowledgementUpdatePayload extends PayloadFields {
  @Field(() => Acknowledgement, { nullable: true, description: "It as it is now; null when nothing was written." })
  readonly acknowledgement!: Acknowledgement | null;
}
