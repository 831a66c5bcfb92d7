import { Arg, Field, InputType } from "type-graphql";
import { registerOrder } from "../graph/order-enum.js";
import { Labels } from "../graph/scalars.js";
import { SilenceState } from "./silence.js";

/** Narrows a list of silences; several conditions must all hold. */
@InputType({ description: "Narrows a list of silences; several conditions must all hold." })
export class SilenceFilter {
  @Field(() => [SilenceState], { nullable: true, description: "Only silences in one of these states." })
  readonly states?: readonly SilenceState[] | null;

  @Field(() => [String], {
    nullable: true,
    description: "Only silences that could keep alerts quiet of one of the projects with these names.",
  })
  readonly projects?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: "Only silences that this author wrote." })
  readonly createdBy?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Only silences with this text in the comment, the author or a matcher's value, ignoring case.",
  })
  readonly search?: string | null;

  @Field(() => Labels, {
    nullable: true,
    description:
      'Only silences that match an alert with just these labels, whether there is one or not: `{"alertname": "Down", "project": "web"}`. A label that is not here counts as absent.',
  })
  readonly labels?: Readonly<Record<string, string>> | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Only silences that match no alert now, as far as you may read them, whether they are in force or not; false: only those that match one.",
  })
  readonly hitsNothing?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Only silences that you may change or expire, which those that have ended are not; false: only others.",
  })
  readonly viewerCanEdit?: boolean | null;
}

/** The argument `filter` of a list of silences. */
export const SilenceFilterArgument = () =>
  Arg("filter", () => SilenceFilter, { nullable: true, description: "Only these." });

/** The orders of a list of silences. */
export const SilenceOrder = {
  UPDATED_AT_DESC: { property: "updatedAt", direction: "DESC" },
  ENDS_AT_ASC: { property: "endsAt", direction: "ASC" },
  STARTS_AT_DESC: { property: "startsAt", direction: "DESC" },
} as const;
registerOrder("SilenceOrder", SilenceOrder);
