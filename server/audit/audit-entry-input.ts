import { Field, ID, InputType } from "type-graphql";
import { PrincipalKind } from "../access/principal.js";
import { DateTime } from "../graph/scalars.js";
import { ChangeAction } from "./audit-entry.js";

/** Narrows a list of changes; several conditions must all hold. */
@InputType({ description: "Narrows a list of changes; several conditions must all hold." })
export class AuditEntryFilter {
  @Field(() => ID, { nullable: true, description: "Only changes within this project." })
  readonly project?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Only changes to objects of this type: `"ScrapeJob"`; or refusals of this mutation: `"scrapeJobUpdate"`.',
  })
  readonly entityType?: string | null;

  @Field(() => ID, { nullable: true, description: "Only changes to this object." })
  readonly entityId?: string | null;

  @Field(() => String, { nullable: true, description: "Only changes by the actors with this name." })
  readonly actor?: string | null;

  @Field(() => ChangeAction, { nullable: true, description: "Only changes that did this." })
  readonly action?: ChangeAction | null;

  @Field(() => PrincipalKind, {
    nullable: true,
    description: "Only changes by actors who proved in this way who they are.",
  })
  readonly actorKind?: PrincipalKind | null;

  @Field(() => DateTime, { nullable: true, description: "Only changes at this time or later." })
  readonly since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Only changes before this time." })
  readonly until?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Only what was refused for a reason that is told, or only what has none.",
  })
  readonly hasReason?: boolean | null;
}
