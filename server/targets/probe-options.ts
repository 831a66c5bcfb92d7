import { registerEnumType } from "type-graphql";

/** Over which version of IP a probe goes. */
export const IpProtocol = { IP4: "IP4", IP6: "IP6", ANY: "ANY" } as const;
export type IpProtocol = keyof typeof IpProtocol;

registerEnumType(IpProtocol, {
  name: "IpProtocol",
  description: "Over which version of IP a probe goes.",
  valuesConfig: {
    IP4: { description: "IPv4 alone." },
    IP6: { description: "IPv6 alone." },
    ANY: { description: "IPv6 if the name has such an address, else IPv4." },
  },
});

/** The methods that an HTTP probe may use. */
export const HttpMethod = { GET: "GET", HEAD: "HEAD", POST: "POST", OPTIONS: "OPTIONS" } as const;
export type HttpMethod = keyof typeof HttpMethod;

registerEnumType(HttpMethod, {
  name: "HttpMethod",
  description: "The method of an HTTP probe.",
  valuesConfig: {
    GET: { description: "Fetches the page." },
    HEAD: { description: "Fetches the headers alone." },
    POST: { description: "Posts an empty body." },
    OPTIONS: { description: "Asks for the allowed methods." },
  },
});

/** What a DNS probe asks for. */
export const DnsQueryType = {
  A: "A",
  AAAA: "AAAA",
  ANY: "ANY",
  CAA: "CAA",
  CNAME: "CNAME",
  DNSKEY: "DNSKEY",
  DS: "DS",
  MX: "MX",
  NS: "NS",
  PTR: "PTR",
  SOA: "SOA",
  SRV: "SRV",
  TXT: "TXT",
} as const;
export type DnsQueryType = keyof typeof DnsQueryType;

registerEnumType(DnsQueryType, {
  name: "DnsQueryType",
  description: "The type of the records that a DNS probe asks for.",
  valuesConfig: Object.fromEntries(
    Object.keys(DnsQueryType).map((type) => [
      type,
      { description: type === "ANY" ? "Records of every type." : `${type} records.` },
    ]),
  ),
});

/** How a DNS probe is carried. */
export const DnsTransport = { UDP: "UDP", TCP: "TCP" } as const;
export type DnsTransport = keyof typeof DnsTransport;

registerEnumType(DnsTransport, {
  name: "DnsTransport",
  description: "How a DNS probe is carried.",
  valuesConfig: { UDP: { description: "In a datagram." }, TCP: { description: "Over a connection." } },
});
