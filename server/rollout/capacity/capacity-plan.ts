import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";
import { Duration } from "../../graph/scalars.js";

/** What a plan is made from. */
export const CapacitySource = { CALCULATED: "CALCULATED", MEASURED: "MEASURED" } as const;
export type CapacitySource = keyof typeof CapacitySource;

registerEnumType(CapacitySource, {
  name: "CapacitySource",
  description: "What a capacity plan is made from.",
  valuesConfig: {
    CALCULATED: { description: "The number of nodes that was given." },
    MEASURED: { description: "What the Prometheus servers tell of themselves." },
  },
});

/** How the numbers of a plan are made; part of the schema, so that nobody has to look for it. */
export const formula = `series = nodes × seriesPerNode × growth
samples per second = series ÷ scrapeInterval
shards = series ÷ seriesPerServer, rounded up; servers = shards × replicas
disk of a server = samples per second ÷ shards × retention × bytes per sample
memory of a server = series ÷ shards × bytes per series + 0.2 GB
object storage = samples per second × objectStorageRetention × bytes per sample × replicas

Measured, series and samples per second are those of the shards together, each shard's being those of its replica with the most; bytes per sample are the blocks on disk ÷ the samples in them; bytes per series are the resident memory ÷ the series.
Calculated, a sample takes 1.5 bytes on disk (1 to 2 by Prometheus's documentation of its storage, which are the bounds), and a series 8 KiB of memory (4 to 16 KiB: rules, queries and series that come and go make the difference).
1,850 series per node are calibrated: 335 nodes at 60 s kept for 720 h took 40 GB (Wikimedia Cloud VPS, August 2021), for which the formula gives 40.2 GB; the 80 GB of February 2023 are 668 such nodes. Both were read to one digit from a running server.
Measured, the bounds are a quarter below and above for disk, a third for memory; what a server could not tell is taken as calculated, with those bounds (an interval of 60 s too). Of object storage the upper bound is three times as much, for the downsampled copies that Thanos adds.`;

/** An amount with the bounds of its error, in bytes. */
@ObjectType({ description: "An amount of bytes, and between which two the real one is to be expected." })
export class CapacityBytes {
  @Field(() => Float, { description: "The amount that the formula gives." })
  readonly expected!: number;

  @Field(() => Float, { description: "The lower bound." })
  readonly low!: number;

  @Field(() => Float, { description: "The upper bound: what to buy." })
  readonly high!: number;
}

/** What one Prometheus tells of itself. */
@ObjectType({ description: "What one Prometheus tells of itself at `/metrics`, and whether it could be asked." })
export class MeasuredPrometheus {
  @Field(() => String, { description: "Its name in the server's settings." })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "The shard that it is a replica of; null when there are none." })
  readonly shard!: string | null;

  @Field(() => Float, { nullable: true, description: "Series that got a sample in the last 2 to 3 hours." })
  readonly series!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Samples per second since it started; null in its first five minutes.",
  })
  readonly samplesPerSecond!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Bytes on disk for each sample; null while its blocks cover less than 12 hours.",
  })
  readonly bytesPerSample!: number | null;

  @Field(() => Float, { nullable: true, description: "Resident memory of its process, in bytes." })
  readonly memoryBytes!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "How long or how much it keeps now, in its own words: `15d`, `30d or 40GiB`.",
  })
  readonly retention!: string | null;

  @Field(() => String, { nullable: true, description: "Why it could not be asked; null when it could." })
  readonly error!: string | null;
}

/** How much hardware is needed. */
@ObjectType({ description: `How much hardware is needed.\n\n${formula}` })
export class CapacityPlan {
  @Field(() => CapacitySource, { description: "What it is made from." })
  readonly source!: CapacitySource;

  @Field(() => Float, { description: "Series of all shards together, with the growth." })
  readonly series!: number;

  @Field(() => Float, { description: "Samples per second of all shards together, with the growth." })
  readonly samplesPerSecond!: number;

  @Field(() => Float, { description: "Bytes on disk for each sample." })
  readonly bytesPerSample!: number;

  @Field(() => Duration, { description: "How long each Prometheus keeps samples." })
  readonly retention!: string;

  @Field(() => Int, { description: "Into how many shards the projects are to be divided." })
  readonly shards!: number;

  @Field(() => Int, { description: "Prometheus servers that scrape the same." })
  readonly replicas!: number;

  @Field(() => Int, { description: "Prometheus servers in all." })
  readonly servers!: number;

  @Field(() => CapacityBytes, { description: "Disk of one Prometheus." })
  readonly diskPerServer!: CapacityBytes;

  @Field(() => CapacityBytes, { description: "Memory of one Prometheus." })
  readonly memoryPerServer!: CapacityBytes;

  @Field(() => CapacityBytes, { nullable: true, description: "Object storage; null when it is not asked for." })
  readonly objectStorage!: CapacityBytes | null;

  @Field(() => [MeasuredPrometheus], { description: "What it was measured by; empty when it is calculated." })
  readonly measured!: readonly MeasuredPrometheus[];

  @Field(() => String, { description: "How the numbers are made, with their constants and bounds." })
  readonly formula!: string;
}
