import { createUnionType, Field, Int, ObjectType } from "type-graphql";
import { Labels } from "../graph/scalars.js";
import { DnsQueryType, DnsTransport, HttpMethod, IpProtocol } from "./probe-options.js";

/** What every probe has. */
@ObjectType()
abstract class AnyProbe {
  @Field(() => IpProtocol, { description: "Over which version of IP it goes." })
  readonly ipProtocol!: IpProtocol;
}

/** A probe that requests a page; the scheme is the scrape job's. */
@ObjectType({ description: "Requests a page of each target, over the scheme of the scrape job." })
export class HttpProbe extends AnyProbe {
  readonly kind!: "HTTP";

  @Field(() => HttpMethod, { description: "The method of the request." })
  readonly method!: HttpMethod;

  @Field(() => String, { description: "The path of the request, with its query." })
  readonly path!: string;

  @Field(() => String, { nullable: true, description: "The `Host` header; null means the target's own name." })
  readonly hostHeader!: string | null;

  @Field(() => Labels, { description: "Further request headers." })
  readonly headers!: Readonly<Record<string, string>>;

  @Field(() => Boolean, { description: "Whether redirects are followed, and the last answer judged." })
  readonly followRedirects!: boolean;

  @Field(() => [Int], { description: "The statuses that count as success; empty means 200 to 299." })
  readonly validStatusCodes!: readonly number[];

  @Field(() => String, { nullable: true, description: "A regular expression (RE2) that the body must match." })
  readonly bodyMatches!: string | null;

  @Field(() => String, { nullable: true, description: "A regular expression (RE2) that the body must not match." })
  readonly bodyNotMatches!: string | null;

  @Field(() => Boolean, { description: "Whether a certificate that is not trusted counts as failure." })
  readonly verifyTls!: boolean;
}

/** A probe that opens a TCP connection. */
@ObjectType({ description: "Opens a TCP connection to each target." })
export class TcpProbe extends AnyProbe {
  readonly kind!: "TCP";

  @Field(() => Boolean, { description: "Whether it also completes a TLS handshake." })
  readonly tls!: boolean;
}

/** A probe that sends an ICMP echo request. */
@ObjectType({ description: "Sends an ICMP echo request (a ping) to each target." })
export class IcmpProbe extends AnyProbe {
  readonly kind!: "ICMP";
}

/** A probe that asks each target, a name server, a question. */
@ObjectType({ description: "Asks each target, which is a name server, a question." })
export class DnsProbe extends AnyProbe {
  readonly kind!: "DNS";

  @Field(() => String, { description: "The name that it asks for." })
  readonly queryName!: string;

  @Field(() => DnsQueryType, { description: "The type of the records that it asks for." })
  readonly queryType!: DnsQueryType;

  @Field(() => DnsTransport, { description: "How the question is carried." })
  readonly transport!: DnsTransport;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression (RE2) that one of the records answered must match, as text.",
  })
  readonly answerMatches!: string | null;
}

/** What a scrape job does instead of fetching metrics, through the blackbox exporter; stored as JSON. */
export type Probe = HttpProbe | TcpProbe | IcmpProbe | DnsProbe;

const classes = { HTTP: HttpProbe, TCP: TcpProbe, ICMP: IcmpProbe, DNS: DnsProbe } as const;

/** `Probe` in the graph. */
export const ProbeUnion = createUnionType({
  name: "Probe",
  description: "What a scrape job does instead of fetching metrics; the result is what the blackbox exporter tells.",
  types: () => [HttpProbe, TcpProbe, IcmpProbe, DnsProbe] as const,
  resolveType: ({ kind }: Probe) => classes[kind],
});
