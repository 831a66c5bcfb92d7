import { Field, ObjectType } from "type-graphql";
import { ContactType } from "./contact-type.js";

/** One way to tell people, within a contact group; no two of a group have the same type and value. */
@ObjectType({ description: "One way to tell people, within a contact group." })
export class Contact {
  @Field(() => ContactType, { description: "The way." })
  readonly type!: ContactType;

  @Field(() => String, { description: "The address, as the type has it." })
  readonly value!: string;

  @Field(() => Boolean, { description: "Whether it is also told when an alert is over." })
  readonly sendResolved!: boolean;

  /** What the graph gives to agents only; null where there is none. */
  readonly secret!: string | null;
}

/** What tells the contacts of one group apart. */
export function contactKey({ type, value }: Pick<Contact, "type" | "value">): string {
  return `${type} ${value}`;
}
