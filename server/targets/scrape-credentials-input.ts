import { Extensions, Field, InputType } from "type-graphql";

/** A user name and a password. */
@InputType({ description: "A user name and a password." })
export class BasicAuthInput {
  @Field(() => String, { description: "1 to 255 printable characters without `:`." })
  readonly username!: string;

  @Field(() => String, { nullable: true, description: "The password. Never answered to people again." })
  readonly password?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Keeps the stored password, instead of `password`: to change the user's name alone.",
  })
  readonly keepPassword?: boolean | null;
}

/** How the scrapes of a job say who they are: one of the ways. */
@Extensions({ oneOf: true })
@InputType({ description: "How the scrapes or HTTP probes of a job say who they are: exactly one of these." })
export class ScrapeCredentialsInput {
  @Field(() => BasicAuthInput, { nullable: true, description: "A user name and a password." })
  readonly basicAuth?: BasicAuthInput;

  @Field(() => String, {
    nullable: true,
    description: "A token for the header `Authorization: Bearer`. Never answered to people again.",
  })
  readonly bearerToken?: string;
}
