import { Field, ID, InputType } from "type-graphql";
import { ChangeAction } from "./audit-entry.js";

/** Narrows a list of changes; several conditions must all hold. */
@InputType({ description: "Narrows a list of changes; several conditions must all hold." })
export class AuditEntryFilter {
  @Field(() => ID, { nullable: true, description: "Only changes within this project." })
  readonly project?: string | null;

  @Field(() => String, { nullable: true, description: 'Only changes to objects of this type: `"ScrapeJob"`.' })
  readonly entityType?: string | null;

  @Field(() => ID, { nullable: true, description: "Only changes to this object." })
  readonly entityId?: string | null;

  @Field(() => String, { nullable: true, description: "Only changes by this actor." })
  readonly actor?: string | null;

  @Field(() => ChangeAction, { nullable: true, description: "Only changes that did this." })
  readonly action?: ChangeAction | null;
}
