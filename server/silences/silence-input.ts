import { Field, ID, InputType, Int } from "type-graphql";
import { DateTime, Duration } from "../graph/scalars.js";

const seenUpdatedAt = "The `updatedAt` that you have seen; if it is no longer the newest, CONFLICT.";

const confirmAlerts = {
  nullable: true,
  description:
    "Confirms that it may match so many alerts, as `SilencePreview.confirmation` tells; needed only where the operators' policy says so. Since alerts come and go, by then there may be a tenth more or half as many, and five more or fewer in any case.",
} as const;

/** One condition on one label. */
@InputType({ description: "One condition on one label." })
export class MatcherInput {
  @Field(() => String, { description: "The label's name." })
  readonly name!: string;

  @Field(() => String, { description: "The value, or the regular expression; at most 1,024 bytes." })
  readonly value!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Whether `value` is a regular expression (RE2).",
  })
  readonly isRegex?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: "Whether the label must match; false for `!=` and `!~`.",
  })
  readonly isEqual?: boolean | null;
}

/** A new silence. */
@InputType({ description: "A new silence. Its author is you." })
export class SilenceCreateInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The project whose alerts it is for: adds the matcher `project="name"`. Without it, that matcher must be among `matchers`, unless you are an operator.',
  })
  readonly project?: string | null;

  @Field(() => [MatcherInput], {
    description: "What it keeps quiet: the alerts that all of these match. At most 50, of 8,192 bytes together.",
  })
  readonly matchers!: readonly MatcherInput[];

  @Field(() => DateTime, { nullable: true, description: "From when on it is in force; now, when absent or past." })
  readonly startsAt?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Until when it is in force. Give this or `duration`." })
  readonly endsAt?: Date | null;

  @Field(() => Duration, {
    nullable: true,
    description: "How long it is in force, from its start. Give this or `endsAt`.",
  })
  readonly duration?: string | null;

  @Field(() => String, { description: "Why; at most 1,000 bytes." })
  readonly comment!: string;

  @Field(() => String, {
    nullable: true,
    description: "The Alertmanager cluster; needed only where there are several.",
  })
  readonly cluster?: string | null;

  @Field(() => Int, confirmAlerts)
  readonly confirmAlerts?: number | null;
}

/** Changes to a silence: an absent field stays. */
@InputType({ description: "Changes to a silence: an absent field stays as it is. Its author is you from then on." })
export class SilenceUpdateInput {
  @Field(() => [MatcherInput], {
    nullable: true,
    description: "What it keeps quiet; replaces all. At most 50, of 8,192 bytes together.",
  })
  readonly matchers?: readonly MatcherInput[] | null;

  @Field(() => DateTime, { nullable: true, description: "From when on it is in force." })
  readonly startsAt?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Until when it is in force." })
  readonly endsAt?: Date | null;

  @Field(() => Duration, {
    nullable: true,
    description:
      "How long it is in force from now on, or from its start where that is still to come; instead of `endsAt`.",
  })
  readonly duration?: string | null;

  @Field(() => String, { nullable: true, description: "Why; at most 1,000 bytes." })
  readonly comment?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: seenUpdatedAt,
  })
  readonly expectedUpdatedAt?: Date | null;

  @Field(() => Int, confirmAlerts)
  readonly confirmAlerts?: number | null;
}

/** Where the end of silences is moved to. */
@InputType()
abstract class NewEnd {
  @Field(() => Duration, {
    nullable: true,
    description: "How much longer, counted from the present end. Give this or `endsAt`.",
  })
  readonly duration?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "The new end, which must be later than the present one: to end a silence sooner, use `silenceUpdate`. Give this or `duration`.",
  })
  readonly endsAt?: Date | null;
}

/** The new end of a silence. */
@InputType({ description: "The new end of a silence. All else stays; its author is you from then on." })
export class SilenceExtendInput extends NewEnd {
  @Field(() => DateTime, { nullable: true, description: seenUpdatedAt })
  readonly expectedUpdatedAt?: Date | null;
}

/** The new end of several silences. */
@InputType({ description: "The new end of several silences. All else stays; their author is you from then on." })
export class SilencesExtendInput extends NewEnd {}
