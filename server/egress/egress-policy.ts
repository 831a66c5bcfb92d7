import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { EgressUse as Use } from "../core/egress-rules.js";

/** What hosts are named for. */
export const EgressUse = { TARGETS: "TARGETS", CONTACTS: "CONTACTS" } as const satisfies Record<Use, Use>;

registerEnumType(EgressUse, {
  name: "EgressUse",
  description: "What a host is named for.",
  valuesConfig: {
    TARGETS: { description: "To be scraped or probed." },
    CONTACTS: { description: "To be told of alerts." },
  },
});

/** One network of the policy. */
@ObjectType({ description: "Whether the addresses of one network may be reached." })
export class EgressNetwork {
  @Field(() => String, { description: 'The network: `"192.0.2.0/24"`.' })
  readonly network!: string;

  @Field(() => Boolean, { description: "Whether its addresses may be reached." })
  readonly allowed!: boolean;
}

/** The names that some projects may use. */
@ObjectType({ description: "The names that some projects may use." })
export class EgressHosts {
  @Field(() => String, { description: "The names of the projects; `*` stands for any text." })
  readonly projects!: string;

  @Field(() => [EgressUse], { description: "What it is about." })
  readonly uses!: readonly Use[];

  @Field(() => [String], { description: "The hosts; `*` stands for any text, `{name}` for the project's name." })
  readonly names!: readonly string[];

  @Field(() => Boolean, { description: "Whether these projects may name hosts by their IP addresses too." })
  readonly addresses!: boolean;
}

/** Where tenants' config may point, as the server's settings say. */
@ObjectType({ description: "Where tenants' config may point, as the server's settings say: for who carries it out." })
export class EgressPolicy {
  @Field(() => String, { description: "Changes whenever the policy does." })
  readonly fingerprint!: string;

  @Field(() => [EgressNetwork], {
    description: "The smallest network that holds an address decides; what none of them holds may not be reached.",
  })
  readonly networks!: readonly EgressNetwork[];

  @Field(() => [EgressHosts], {
    description: "A project that any of these is about must use a name that one of them allows.",
  })
  readonly hosts!: readonly EgressHosts[];

  @Field(() => Boolean, { description: "Whether a name that has no address yet may be used." })
  readonly unresolvedAllowed!: boolean;

  @Field(() => Boolean, { description: "Whether HTTP probes may follow redirects." })
  readonly probeRedirects!: boolean;

  @Field(() => Boolean, { description: "Whether credentials of scrapes and probes may be sent without TLS." })
  readonly credentialsOverHttp!: boolean;
}
