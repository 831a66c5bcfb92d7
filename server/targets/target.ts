import { Field, Float, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionType } from "../graph/connection.js";
import { DateTime, Labels } from "../graph/scalars.js";

/** How a target's last scrape went. */
export const TargetHealth = { UP: "UP", DOWN: "DOWN", UNKNOWN: "UNKNOWN" } as const;
export type TargetHealth = keyof typeof TargetHealth;

registerEnumType(TargetHealth, {
  name: "TargetHealth",
  description: "How a target's last scrape went.",
  valuesConfig: {
    UP: { description: "It succeeded." },
    DOWN: { description: "It failed; `lastError` says why." },
    UNKNOWN: { description: "There was none yet." },
  },
});

/** A target as one Prometheus sees it. */
@ObjectType({ description: "A target as one Prometheus sees it." })
export class TargetReplica {
  @Field(() => String, { description: "The name of the Prometheus." })
  readonly prometheus!: string;

  @Field(() => TargetHealth, { description: "How its last scrape went." })
  readonly health!: TargetHealth;

  @Field(() => String, { nullable: true, description: "Why it failed; null when it did not." })
  readonly lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it was; null before the first." })
  readonly lastScrapeAt!: Date | null;
}

/** A target that is scraped now, over all Prometheus servers that scrape it. */
@ObjectType({ description: "A target that is scraped now, over all Prometheus servers that scrape it." })
export class Target {
  readonly scrapeJobId!: string;

  @Field(() => String, { description: "The label `instance`: its address, or what is probed." })
  readonly instance!: string;

  @Field(() => String, { description: "The URL that Prometheus requests; of a probe, the blackbox exporter's." })
  readonly scrapeUrl!: string;

  @Field(() => Labels, { description: "The labels of all its series." })
  readonly labels!: Readonly<Record<string, string>>;

  @Field(() => TargetHealth, { description: "DOWN as soon as one Prometheus says so." })
  readonly health!: TargetHealth;

  @Field(() => String, { nullable: true, description: "Why its last scrape failed; null when it did not." })
  readonly lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it was last scraped; null before the first time." })
  readonly lastScrapeAt!: Date | null;

  @Field(() => Float, { nullable: true, description: "How long that took, in seconds." })
  readonly lastScrapeDurationSeconds!: number | null;

  @Field(() => [TargetReplica], { description: "What each Prometheus says of it." })
  readonly replicas!: readonly TargetReplica[];
}

/** A page of targets. */
export const TargetConnection = connectionType<Target>("Target", () => Target);

/** How many targets there are, by health. */
@ObjectType({ description: "How many targets there are, by health." })
export class TargetCounts {
  @Field(() => Int, { description: "All." })
  readonly total!: number;

  @Field(() => Int, { description: "Those that are UP." })
  readonly up!: number;

  @Field(() => Int, { description: "Those that are DOWN." })
  readonly down!: number;

  @Field(() => Int, { description: "Those that were not scraped yet." })
  readonly unknown!: number;
}

/** Narrows a list of targets; several conditions must all hold. */
@InputType({ description: "Narrows a list of targets; several conditions must all hold." })
export class TargetFilter {
  @Field(() => [TargetHealth], { nullable: true, description: "Only targets with one of these healths." })
  readonly health?: readonly TargetHealth[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Only targets whose instance, job or scrape URL contains this text, ignoring case.",
  })
  readonly search?: string | null;
}
