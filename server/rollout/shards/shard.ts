import { Field, Float, ObjectType } from "type-graphql";

/** What the projects of a shard bring, as its Prometheus servers measure it now. */
@ObjectType({ description: "What the projects of a shard bring, as the Prometheus servers measure it now." })
export class ShardLoad {
  @Field(() => Float, { description: "Series of their last scrapes." })
  readonly series!: number;

  @Field(() => Float, { description: "Samples per second, over the last ten minutes." })
  readonly samplesPerSecond!: number;
}

/** A part of all projects that is scraped by Prometheus servers of its own. */
@ObjectType({ description: "A part of all projects, which Prometheus servers of its own scrape; from the settings." })
export class Shard {
  @Field(() => String, {
    description: "Its name; the label `shard` on all that its servers tell others but on alerts.",
  })
  readonly name!: string;

  @Field(() => Float, {
    description:
      "How many of the new projects it gets, as against the other shards; none with 0, and a rebalance empties it.",
  })
  readonly weight!: number;

  @Field(() => [String], { description: "The Prometheus servers that scrape it, by their names in the settings." })
  readonly replicas!: readonly string[];
}
