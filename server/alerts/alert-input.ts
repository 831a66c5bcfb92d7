import { Arg, Field, ID, InputType } from "type-graphql";
import { registerOrder } from "../graph/order-enum.js";
import { Duration } from "../graph/scalars.js";
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

  @Field(() => [String], { nullable: true, description: "Only the alerts with these fingerprints." })
  readonly fingerprints?: readonly string[] | null;

  @Field(() => ID, { nullable: true, description: "Only alerts that come of this rule." })
  readonly rule?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "Only alerts that one of these Alertmanager clusters holds.",
  })
  readonly clusters?: readonly string[] | null;

  @Field(() => Duration, { nullable: true, description: "Only alerts that have fired for so long at the least." })
  readonly leastAge?: string | null;

  @Field(() => Duration, { nullable: true, description: "Only alerts that have fired for so long at the most." })
  readonly mostAge?: string | null;

  @Field(() => [ID], { nullable: true, description: "Only alerts that one of these silences keeps quiet." })
  readonly silencedBy?: readonly string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: "Only alerts that a silence of one of these authors keeps quiet.",
  })
  readonly silenceAuthors?: readonly string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Only alerts that a silence keeps quiet whose comment has this text, such as a ticket's number, ignoring case.",
  })
  readonly silenceComment?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Only alerts that a silence keeps quiet; with false, only those that none does.",
  })
  readonly silenced?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Only alerts that another alert keeps quiet by an inhibition rule; with false, only those that none does.",
  })
  readonly inhibited?: boolean | null;

  @Field(() => [String], {
    nullable: true,
    description: "Only alerts that one of the alerts with these fingerprints keeps quiet.",
  })
  readonly inhibitedBy?: readonly string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Only alerts that somebody has acknowledged; with false, only those that nobody has.",
  })
  readonly acknowledged?: boolean | null;

  @Field(() => [String], {
    nullable: true,
    description: "Only alerts whose acknowledgement is owned by one of these.",
  })
  readonly acknowledgedBy?: readonly string[] | null;
}

/** The argument `filter` of a list of alerts. */
export const AlertFilterArgument = () =>
  Arg("filter", () => AlertFilter, { nullable: true, description: "Only these." });

/** The argument `knownRevision` of a list that changes by itself. */
export const KnownRevisionArgument = () =>
  Arg("knownRevision", () => String, {
    nullable: true,
    description:
      "The `revision` that you have; while it is still the newest, the page is empty and `isUnchanged` says so.",
  });

/** The orders of a list of alerts. */
export const AlertOrder = {
  STARTS_AT_DESC: { property: "startsAt", direction: "DESC" },
  STARTS_AT_ASC: { property: "startsAt", direction: "ASC" },
  NAME_ASC: { property: "name", direction: "ASC" },
  NAME_DESC: { property: "name", direction: "DESC" },
  PROJECT_ASC: { property: "project", direction: "ASC" },
  PROJECT_DESC: { property: "project", direction: "DESC" },
  SEVERITY_ASC: { property: "severity", direction: "ASC" },
  SEVERITY_DESC: { property: "severity", direction: "DESC" },
} as const;
registerOrder("AlertOrder", AlertOrder);
