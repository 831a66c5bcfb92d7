import { Field, ID, InputType } from "type-graphql";
import { MatcherInput } from "./silence-input.js";

/** A silence that is to be, or what is to become of one. */
@InputType({ description: "A silence that is to be, or with `silence` what is to become of one that is there." })
export class SilencePreviewInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "The silence that is to be changed; its cluster is that of the preview. Without it, a new one is meant.",
  })
  readonly silence?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Of a new silence, the project whose alerts it is for: adds the matcher `project="name"`.',
  })
  readonly project?: string | null;

  @Field(() => [MatcherInput], {
    nullable: true,
    description:
      "What it is to keep quiet: the alerts that all of these match. With `silence`, those of that one when absent; else needed. At most 50, of 8,192 bytes together.",
  })
  readonly matchers?: readonly MatcherInput[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Of a new silence, the Alertmanager cluster; needed only where there are several.",
  })
  readonly cluster?: string | null;
}
