import { Arg, Field, InputType } from "type-graphql";
import { registerOrder } from "../graph/order-enum.js";
import { AlertState } from "./alert.js";

/** Narrows a list of alerts; several conditions must all hold. */
@InputType({ description: "Narrows a list of alerts; several conditions must all hold." })
export class AlertFilter {
  @Field(() => [String], { nullable: true, description: "Only alerts of the projects with these names." })
  readonly projects?: readonly string[] | null;

  @Field(() => [AlertState], { nullable: true, description: "Only alerts in one of these states." })
  readonly states?: readonly AlertState[] | null;

  @Field(() => [String], { nullable: true, description: "Only alerts whose label `severity` is one of these." })
  readonly severities?: readonly string[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Only alerts whose labels all of these match, in Alertmanager\'s syntax: `team="web"`, `instance=~"db.+"`, or several at once `{a="b",c!="d"}`. Regular expressions match the whole value.',
  })
  readonly matchers?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: "Only alerts that are routed to the receiver with this name." })
  readonly receiver?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Only alerts with this text in a label's or an annotation's value, ignoring case.",
  })
  readonly search?: string | null;
}

/** The argument `filter` of a list of alerts. */
export const AlertFilterArgument = () =>
  Arg("filter", () => AlertFilter, { nullable: true, description: "Only these." });

/** The orders of a list of alerts. */
export const AlertOrder = {
  STARTS_AT_DESC: { property: "startsAt", direction: "DESC" },
  STARTS_AT_ASC: { property: "startsAt", direction: "ASC" },
  NAME_ASC: { property: "name", direction: "ASC" },
} as const;
registerOrder("AlertOrder", AlertOrder);
