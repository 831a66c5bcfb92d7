import { Field, InputType, Int } from "type-graphql";
import { Duration, Labels } from "../../graph/scalars.js";
import type { ParameterValues } from "../rule-parameter.js";

/** What a project makes of a global rule: an absent field stays as it is, null clears it. */
@InputType({
  description: "What a project makes of a global rule: an absent field stays as it is, null is as the rule says.",
})
export class GlobalRuleOverrideInput {
  @Field(() => Labels, {
    nullable: true,
    description: 'Values of the rule\'s parameters by name: `{"threshold": "15"}`. Replaces all.',
  })
  readonly parameters?: ParameterValues | null;

  @Field(() => String, { nullable: true, description: "The severity of its alerts, at most 64 characters." })
  readonly severity?: string | null;

  @Field(() => Duration, {
    nullable: true,
    description: "How long the expression must give a series before its alert fires, 0s to 30d.",
  })
  readonly for?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Whether the rule is evaluated for the project; null: it is." })
  readonly enabled?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: "The version of the override that you have seen; if it is no longer the newest, CONFLICT.",
  })
  readonly expectedVersion?: number | null;
}
