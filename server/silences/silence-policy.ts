import { Field, Int, ObjectType } from "type-graphql";
import { Duration } from "../graph/scalars.js";

/** What the operators want of whoever writes a silence. */
@ObjectType({
  description:
    "What the operators want of whoever writes a silence, besides the rights that it takes. It keeps nobody from ending or shortening one.",
})
export class SilencePolicy {
  @Field(() => Duration, {
    nullable: true,
    description:
      "How long a silence of yours may be in force, counted from now, or from its start where that is still to come; null when you may write none. It is not asked of a change that leaves the end where it is or brings it nearer, with the same matchers.",
  })
  readonly longestDuration!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression (RE2) that must match somewhere in each comment that is written.",
  })
  readonly commentPattern!: string | null;

  @Field(() => String, { nullable: true, description: "What `commentPattern` wants, in words." })
  readonly commentHint!: string | null;

  @Field(() => Int, {
    description:
      "How many labels the matchers must single alerts out by, besides `project`. A matcher that takes alerts without the label (`!=`, `.*`) does not count, nor does one that takes any value of it (`.+`).",
  })
  readonly leastMatchers!: number;

  @Field(() => Int, {
    nullable: true,
    description: "A silence that matches more alerts than this needs `confirmAlerts`; null when none does.",
  })
  readonly confirmAboveAlerts!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "A silence that matches alerts of more projects than this needs `confirmAlerts`; null when none does.",
  })
  readonly confirmAboveProjects!: number | null;
}

/** That a silence reaches far, and how far. */
@ObjectType({ description: "How many alerts a silence matches that needs a confirmation." })
export class SilenceConfirmation {
  @Field(() => Int, { description: "How many alerts it matches: what to send as `confirmAlerts`." })
  readonly alerts!: number;

  @Field(() => Int, { description: "How many projects they belong to, those of none aside." })
  readonly projects!: number;

  @Field(() => String, { description: "The same in words." })
  readonly message!: string;
}
