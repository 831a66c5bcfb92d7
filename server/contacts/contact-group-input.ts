import { Field, ID, InputType, Int } from "type-graphql";
import { ContactType } from "./contact-type.js";

/** One contact of a group. */
@InputType({ description: "One contact of a group." })
export class ContactInput {
  @Field(() => ContactType, { description: "The way to tell." })
  readonly type!: ContactType;

  @Field(() => String, { description: "The address, as the type has it." })
  readonly value!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: "Whether it is also told when an alert is over.",
  })
  readonly sendResolved?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "WEBHOOK: a bearer token. SLACK: the URL of the incoming webhook. Never answered to people again.",
  })
  readonly secret?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Takes over the stored secret of the contact with the same type and value, instead of `secret`.",
  })
  readonly keepSecret?: boolean | null;
}

/** A new contact group. */
@InputType({ description: "A new contact group." })
export class ContactGroupCreateInput {
  @Field(() => ID, { description: "The project that it belongs to, for good." })
  readonly project!: string;

  @Field(() => String, { description: "1 to 100 printable characters without `/`; unique within the project." })
  readonly name!: string;

  @Field(() => [ContactInput], { description: "Its contacts, at most 50, none twice." })
  readonly contacts!: readonly ContactInput[];

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Whether it becomes the project's default: the group that is told of all its alerts.",
  })
  readonly makeDefault?: boolean | null;
}

/** Changes to a contact group: an absent field stays, null clears. */
@InputType({ description: "Changes to a contact group: an absent field stays as it is, null clears it." })
export class ContactGroupUpdateInput {
  @Field(() => String, {
    nullable: true,
    description: "1 to 100 printable characters without `/`; unique within the project.",
  })
  readonly name?: string | null;

  @Field(() => [ContactInput], {
    nullable: true,
    description: "Its contacts, at most 50, none twice; replaces all, so say `keepSecret` where a secret is to stay.",
  })
  readonly contacts?: readonly ContactInput[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "True makes it the project's default; false, if it is the default, leaves the project without one.",
  })
  readonly makeDefault?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: "The version you have seen; if it is no longer the newest, CONFLICT.",
  })
  readonly expectedVersion?: number | null;
}
