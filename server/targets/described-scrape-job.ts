import { z } from "zod";
import { describedLabels, describedText } from "../audit/described-values.js";
import { DnsQueryType, DnsTransport, HttpMethod, IpProtocol } from "./probe-options.js";
import { ScrapeCredentialsKind } from "./scrape-credentials.js";
import { Scheme } from "./scrape-job.js";

const ipProtocol = z.enum(IpProtocol).default("ANY");

const probe = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("HTTP"),
    ipProtocol,
    method: z.enum(HttpMethod).default("GET"),
    path: z.string().default("/"),
    hostHeader: describedText,
    headers: describedLabels,
    followRedirects: z.boolean().default(true),
    validStatusCodes: z.array(z.number()).default([]),
    bodyMatches: describedText,
    bodyNotMatches: describedText,
    verifyTls: z.boolean().default(true),
  }),
  z.object({ kind: z.literal("TCP"), ipProtocol, tls: z.boolean().default(false) }),
  z.object({ kind: z.literal("ICMP"), ipProtocol }),
  z.object({
    kind: z.literal("DNS"),
    ipProtocol,
    queryName: z.string(),
    queryType: z.enum(DnsQueryType).default("A"),
    transport: z.enum(DnsTransport).default("UDP"),
    answerMatches: describedText,
  }),
]);

const credentials = z.object({
  kind: z.enum(ScrapeCredentialsKind),
  username: describedText,
  /** The reference to the password or the token. */
  secret: z.string(),
});

/** Credentials as the change log describes them. */
export type DescribedCredentials = z.output<typeof credentials>;

/** A scrape job as the change log describes it, now or in the past. */
export const describedScrapeJob = z.object({
  name: z.string(),
  enabled: z.boolean().default(true),
  scheme: z.enum(Scheme).default("HTTP"),
  metricsPath: z.string().default("/metrics"),
  params: describedLabels,
  scrapeInterval: describedText,
  scrapeTimeout: describedText,
  staticTargets: z
    .array(z.object({ host: z.string(), port: z.number().nullable().default(null), labels: describedLabels }))
    .default([]),
  openstackDiscovery: z.object({ port: z.number(), nameRegex: describedText }).nullable().default(null),
  probe: probe.nullable().default(null),
  credentials: credentials.nullable().default(null),
});
