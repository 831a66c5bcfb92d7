import { Field, ID, ObjectType } from "type-graphql";
import { PayloadFields } from "../graph/payload.js";
import { UserError } from "../graph/user-error.js";
import { Silence } from "./silence.js";

/** What came of one silence of several. */
@ObjectType({ description: "What came of one silence of several." })
export class SilenceResult {
  @Field(() => ID, { description: "The silence's id, as it was asked for." })
  readonly id!: string;

  @Field(() => Silence, { nullable: true, description: "The silence as it is now; null when it was not written." })
  readonly silence!: Silence | null;

  @Field(() => [UserError], {
    description: "Why it was not written. A silence that is invisible to you is told of like one that does not exist.",
  })
  readonly userErrors!: readonly UserError[];
}

/** What came of a change of several silences. */
@ObjectType()
abstract class BulkPayloadFields extends PayloadFields {
  @Field(() => [SilenceResult], {
    description:
      "What came of each silence, by itself: one that fails keeps no other from being written. `userErrors` beside it is about the selection as a whole.",
  })
  readonly results!: readonly SilenceResult[];
}

/** What came of `silencesExpire`. */
@ObjectType({ description: "What came of it." })
export class SilencesExpirePayload extends BulkPayloadFields {}

/** What came of `silencesExtend`. */
@ObjectType({ description: "What came of it." })
export class SilencesExtendPayload extends BulkPayloadFields {}
