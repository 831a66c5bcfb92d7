import { Field, Int, ObjectType } from "type-graphql";
import { Labels } from "../graph/scalars.js";

/** One address to scrape or to probe; stored as JSON within its scrape job. */
@ObjectType({ description: "One address to scrape or to probe." })
export class StaticTarget {
  @Field(() => String, { description: "A DNS name, or an IPv4 or IPv6 address without brackets." })
  readonly host!: string;

  @Field(() => Int, { nullable: true, description: "1 to 65535; null where the probe needs none (ICMP)." })
  readonly port!: number | null;

  @Field(() => Labels, { description: "Labels of all series of this target." })
  readonly labels!: Readonly<Record<string, string>>;
}

/** Finds targets among the project's instances in OpenStack; stored as JSON within its scrape job. */
@ObjectType({ description: "Finds targets among the project's instances in OpenStack." })
export class OpenstackDiscovery {
  @Field(() => Int, { description: "The port of each instance that is scraped or probed." })
  readonly port!: number;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression (RE2) that an instance's whole name must match; null takes all instances.",
  })
  readonly nameRegex!: string | null;
}
