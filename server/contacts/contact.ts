import { Field, ObjectType } from "type-graphql";
import { ContactType } from "./contact-type.js";

/** One way to tell people, as the row of its group holds it; no two of a group have the same type and value. */
export interface StoredContact {
  readonly type: ContactType;
  readonly value: string;
  readonly sendResolved: boolean;
  /** Where its secret is kept; nothing where it has none. */
  readonly secretId?: string | null;
  /** The secret itself: in rows that were written before secrets were encrypted, until `rotate-secrets` moves it. */
  readonly secret?: string | null;
}

/** One way to tell people, within a contact group. */
@ObjectType({ description: "One way to tell people, within a contact group." })
export class Contact implements Pick<StoredContact, "type" | "value" | "sendResolved"> {
  @Field(() => ContactType, { description: "The way." })
  readonly type!: ContactType;

  @Field(() => String, { description: "The address, as the type has it." })
  readonly value!: string;

  @Field(() => Boolean, { description: "Whether it is also told when an alert is over." })
  readonly sendResolved!: boolean;

  /** The group that it belongs to: its secret opens for that one alone. */
  readonly groupId!: string;

  /** What its row holds. */
  readonly stored!: StoredContact;
}

/** The contacts of a group as the graph shows them. */
export function shownContacts(groupId: string, contacts: readonly StoredContact[]): Contact[] {
  return contacts.map((stored) => {
    const { type, value, sendResolved } = stored;
    return Object.assign(new Contact(), { type, value, sendResolved, groupId, stored });
  });
}

/** What tells the contacts of one group apart. */
export function contactKey({ type, value }: Pick<StoredContact, "type" | "value">): string {
  return `${type} ${value}`;
}

/** Whether a secret is stored with it. */
export function hasSecret({ secretId, secret }: StoredContact): boolean {
  return secretId != null || secret != null;
}
