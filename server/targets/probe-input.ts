import { Extensions, Field, InputType, Int } from "type-graphql";
import { Labels } from "../graph/scalars.js";
import { DnsQueryType, DnsTransport, HttpMethod, IpProtocol } from "./probe-options.js";

/** What every probe has. */
@InputType()
abstract class AnyProbeInput {
  @Field(() => IpProtocol, {
    nullable: true,
    defaultValue: IpProtocol.ANY,
    description: "Over which version of IP it goes.",
  })
  readonly ipProtocol?: IpProtocol | null;
}

/** A probe that requests a page. */
@InputType({ description: "Requests a page of each target, over the scheme of the scrape job." })
export class HttpProbeInput extends AnyProbeInput {
  @Field(() => HttpMethod, { nullable: true, defaultValue: HttpMethod.GET, description: "The method of the request." })
  readonly method?: HttpMethod | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: "/",
    description: "The path of the request, with its query: begins with `/`.",
  })
  readonly path?: string | null;

  @Field(() => String, { nullable: true, description: "The `Host` header, instead of the target's own name." })
  readonly hostHeader?: string | null;

  @Field(() => Labels, {
    nullable: true,
    description: "Further request headers; no credentials, as all may read them.",
  })
  readonly headers?: Readonly<Record<string, string>> | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Whether redirects are followed, and the last answer judged; only where the operators allow it.",
  })
  readonly followRedirects?: boolean | null;

  @Field(() => [Int], {
    nullable: true,
    defaultValue: [],
    description: "The statuses that count as success, 100 to 599; empty means 200 to 299.",
  })
  readonly validStatusCodes?: readonly number[] | null;

  @Field(() => String, { nullable: true, description: "A regular expression (RE2) that the body must match." })
  readonly bodyMatches?: string | null;

  @Field(() => String, { nullable: true, description: "A regular expression (RE2) that the body must not match." })
  readonly bodyNotMatches?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: "Whether a certificate that is not trusted counts as failure.",
  })
  readonly verifyTls?: boolean | null;
}

/** A probe that opens a TCP connection. */
@InputType({ description: "Opens a TCP connection to each target." })
export class TcpProbeInput extends AnyProbeInput {
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Whether it also completes a TLS handshake.",
  })
  readonly tls?: boolean | null;
}

/** A probe that sends an ICMP echo request. */
@InputType({ description: "Sends an ICMP echo request (a ping) to each target; its targets have no port." })
export class IcmpProbeInput extends AnyProbeInput {}

/** A probe that asks each target, a name server, a question. */
@InputType({ description: "Asks each target, which is a name server, a question." })
export class DnsProbeInput extends AnyProbeInput {
  @Field(() => String, { description: 'The name that it asks for: `"example.org"`.' })
  readonly queryName!: string;

  @Field(() => DnsQueryType, {
    nullable: true,
    defaultValue: DnsQueryType.A,
    description: "The type of the records that it asks for.",
  })
  readonly queryType?: DnsQueryType | null;

  @Field(() => DnsTransport, {
    nullable: true,
    defaultValue: DnsTransport.UDP,
    description: "How the question is carried.",
  })
  readonly transport?: DnsTransport | null;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression (RE2) that one of the records answered must match, as text.",
  })
  readonly answerMatches?: string | null;
}

/** One probe, of one of the kinds. */
@Extensions({ oneOf: true })
@InputType({ description: "One probe: exactly one of these." })
export class ProbeInput {
  @Field(() => HttpProbeInput, { nullable: true, description: "Requests a page." })
  readonly http?: HttpProbeInput;

  @Field(() => TcpProbeInput, { nullable: true, description: "Opens a TCP connection." })
  readonly tcp?: TcpProbeInput;

  @Field(() => IcmpProbeInput, { nullable: true, description: "Sends an ICMP echo request." })
  readonly icmp?: IcmpProbeInput;

  @Field(() => DnsProbeInput, { nullable: true, description: "Asks a name server." })
  readonly dns?: DnsProbeInput;
}
