import { Extensions, Field, ID, InputType, Int } from "type-graphql";
import { SilenceFilter } from "./silence-list-input.js";

/** Silences by what they are like. */
@InputType({ description: "Silences by what they are like." })
export class SilencesMatching {
  @Field(() => SilenceFilter, {
    description:
      "Which ones, of those that you may change or expire: as `silences` lists them with `viewerCanEdit: true`. Those that have ended are none of them.",
  })
  readonly filter!: SilenceFilter;

  @Field(() => Int, {
    description:
      "How many you have seen, 1 to 100, as `totalCount` tells. If there are more or fewer by now, it is a CONFLICT, and nothing is written.",
  })
  readonly expectedCount!: number;
}

/** Several silences. */
@InputType({ description: "Several silences: either by their ids or by what they are like." })
@Extensions({ oneOf: true })
export class SilenceSelection {
  @Field(() => [ID], { nullable: true, description: "By their ids, 1 to 100; one that stands twice counts once." })
  readonly ids?: readonly string[] | null;

  @Field(() => SilencesMatching, { nullable: true, description: "By what they are like." })
  readonly matching?: SilencesMatching | null;
}
