import { Field, ObjectType, registerEnumType } from "type-graphql";

/** The ways in which a scrape can say who it is. */
export const ScrapeCredentialsKind = { BASIC_AUTH: "BASIC_AUTH", BEARER_TOKEN: "BEARER_TOKEN" } as const;
export type ScrapeCredentialsKind = keyof typeof ScrapeCredentialsKind;

registerEnumType(ScrapeCredentialsKind, {
  name: "ScrapeCredentialsKind",
  description: "A way in which a scrape says who it is.",
  valuesConfig: {
    BASIC_AUTH: { description: "A user name and a password." },
    BEARER_TOKEN: { description: "A token in the header `Authorization: Bearer`." },
  },
});

/** How the scrapes of a job say who they are, as its row holds it. */
export interface StoredCredentials {
  readonly kind: ScrapeCredentialsKind;
  /** Null for a bearer token. */
  readonly username: string | null;
  /** Where the password or the token is kept. */
  readonly secretId: string;
}

/** How the scrapes or HTTP probes of a job say who they are. */
@ObjectType({ description: "How the scrapes or HTTP probes of a job say who they are." })
export class ScrapeCredentials {
  @Field(() => ScrapeCredentialsKind, { description: "The way." })
  readonly kind!: ScrapeCredentialsKind;

  @Field(() => String, { nullable: true, description: "The user's name; null for a bearer token." })
  readonly username!: string | null;

  @Field(() => Boolean, { description: "Whether a password or a token is stored: it always is, and is never shown." })
  readonly hasSecret!: true;

  /** Where it is kept, and the job that it belongs to: it opens for that one alone. */
  readonly secretId!: string;
  readonly jobId!: string;
}
