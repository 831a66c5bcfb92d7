import { Field, ObjectType } from "type-graphql";
import { PayloadFields } from "../graph/payload.js";
import { Silence } from "./silence.js";

const result = { nullable: true, description: "The silence as it is now; null when nothing was written." } as const;

/** What came of `silenceCreate`. */
@ObjectType({ description: "What came of it." })
export class SilenceCreatePayload extends PayloadFields {
  @Field(() => Silence, result)
  readonly silence!: Silence | null;
}

/** What came of `silenceUpdate`. */
@ObjectType({ description: "What came of it." })
export class SilenceUpdatePayload extends PayloadFields {
  @Field(() => Silence, {
    nullable: true,
    description:
      "The silence as it is now, under a new id where there is one in `replaced`; null when nothing was written.",
  })
  readonly silence!: Silence | null;

  @Field(() => Silence, {
    nullable: true,
    description:
      "The silence of before, which has ended, where Alertmanager has put one with a new id in its place: it does so when matchers change, and when the start of one that is in force does. Go on with the id of `silence`. Null when the id stayed.",
  })
  readonly replaced!: Silence | null;
}

/** What came of `silenceExtend`. */
@ObjectType({ description: "What came of it." })
export class SilenceExtendPayload extends PayloadFields {
  @Field(() => Silence, result)
  readonly silence!: Silence | null;
}

/** What came of `silenceExpire`. */
@ObjectType({ description: "What came of it." })
export class SilenceExpirePayload extends PayloadFields {
  @Field(() => Silence, result)
  readonly silence!: Silence | null;
}
