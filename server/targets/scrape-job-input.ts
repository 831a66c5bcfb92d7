import { Field, ID, InputType, Int } from "type-graphql";
import { Duration, Labels } from "../graph/scalars.js";
import { ProbeInput } from "./probe-input.js";
import { ScrapeCredentialsInput } from "./scrape-credentials-input.js";
import { Scheme } from "./scrape-job.js";

/** Narrows a list of scrape jobs; several conditions must all hold. */
@InputType({ description: "Narrows a list of scrape jobs; several conditions must all hold." })
export class ScrapeJobFilter {
  @Field(() => String, { nullable: true, description: "Only jobs whose name contains this text, ignoring case." })
  readonly search?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Only jobs that are enabled, or only those that are not." })
  readonly enabled?: boolean | null;
}

/** One address to scrape or to probe. */
@InputType({ description: "One address to scrape or to probe." })
export class StaticTargetInput {
  @Field(() => String, { description: "A DNS name, or an IPv4 or IPv6 address." })
  readonly host!: string;

  @Field(() => Int, { nullable: true, description: "1 to 65535; absent for an ICMP probe, and only there." })
  readonly port?: number | null;

  @Field(() => Labels, {
    nullable: true,
    description: "Labels of all its series; not `project`, `job` or `instance`.",
  })
  readonly labels?: Readonly<Record<string, string>> | null;
}

/** Finds targets among the project's instances in OpenStack. */
@InputType({ description: "Finds targets among the project's instances in OpenStack." })
export class OpenstackDiscoveryInput {
  @Field(() => Int, { description: "The port of each instance to scrape or to probe, 1 to 65535." })
  readonly port!: number;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression (RE2) that an instance's whole name must match; absent takes all.",
  })
  readonly nameRegex?: string | null;
}

/** What a new scrape job and a changed one have in common. */
@InputType()
abstract class ScrapeJobValues {
  @Field(() => Labels, { nullable: true, description: "The URL parameters of each scrape; none with a probe." })
  readonly params?: Readonly<Record<string, string>> | null;

  @Field(() => Duration, { nullable: true, description: "How often it scrapes, 1 s to 1 d." })
  readonly scrapeInterval?: string | null;

  @Field(() => Duration, { nullable: true, description: "After how long a scrape has failed; at most the interval." })
  readonly scrapeTimeout?: string | null;

  @Field(() => OpenstackDiscoveryInput, { nullable: true, description: "Targets to find in OpenStack." })
  readonly openstackDiscovery?: OpenstackDiscoveryInput | null;

  @Field(() => ProbeInput, { nullable: true, description: "What to do with the targets instead of fetching metrics." })
  readonly probe?: ProbeInput | null;

  @Field(() => ScrapeCredentialsInput, {
    nullable: true,
    description:
      "How the scrapes or HTTP probes say who they are; over HTTPS only, unless the operators allow more. When targets, path, Host header, scheme or verifyTls change, give them again.",
  })
  readonly credentials?: ScrapeCredentialsInput | null;
}

/** A new scrape job. */
@InputType({ description: "A new scrape job." })
export class ScrapeJobCreateInput extends ScrapeJobValues {
  @Field(() => ID, { description: "The project that it belongs to, for good." })
  readonly project!: string;

  @Field(() => String, { description: "1 to 100 printable characters without `/`; unique within the project." })
  readonly name!: string;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: "Whether its targets are scraped." })
  readonly enabled?: boolean | null;

  @Field(() => Scheme, {
    nullable: true,
    defaultValue: Scheme.HTTP,
    description: "How its targets are spoken to.",
  })
  readonly scheme?: Scheme | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: "/metrics",
    description: "Where its targets show their metrics: begins with `/`, without a query.",
  })
  readonly metricsPath?: string | null;

  @Field(() => [StaticTargetInput], { nullable: true, defaultValue: [], description: "At most 1,000, none twice." })
  readonly staticTargets?: readonly StaticTargetInput[] | null;
}

/** Changes to a scrape job: an absent field stays, null clears. */
@InputType({ description: "Changes to a scrape job: an absent field stays as it is, null clears it." })
export class ScrapeJobUpdateInput extends ScrapeJobValues {
  @Field(() => String, {
    nullable: true,
    description: "1 to 100 printable characters without `/`; unique within the project.",
  })
  readonly name?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Whether its targets are scraped; null means they are." })
  readonly enabled?: boolean | null;

  @Field(() => Scheme, { nullable: true, description: "How its targets are spoken to; null means HTTP." })
  readonly scheme?: Scheme | null;

  @Field(() => String, { nullable: true, description: "Where its targets show their metrics; null means `/metrics`." })
  readonly metricsPath?: string | null;

  @Field(() => [StaticTargetInput], { nullable: true, description: "At most 1,000, none twice; replaces all." })
  readonly staticTargets?: readonly StaticTargetInput[] | null;

  @Field(() => Int, {
    nullable: true,
    description: "The version you have seen; if it is no longer the newest, CONFLICT.",
  })
  readonly expectedVersion?: number | null;
}
