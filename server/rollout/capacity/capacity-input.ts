import { Field, Float, InputType, Int } from "type-graphql";
import { Duration } from "../../graph/scalars.js";

/** What to plan for. */
@InputType({
  description:
    "What to plan for. With `nodes` the plan is calculated; without, it is made from what the Prometheus servers of the settings measure now.",
})
export class CapacityPlanInput {
  @Field(() => Int, {
    nullable: true,
    description: "Machines that are scraped, 1 to 10,000,000; absent to go by what is measured.",
  })
  readonly nodes?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Series that the exporters of one node have together, 1 to 10,000,000. Default: 1,850, see `CapacityPlan.formula`. Only with `nodes`.",
  })
  readonly seriesPerNode?: number | null;

  @Field(() => Duration, {
    nullable: true,
    description: "How often each series gets a sample, from 1s to 1h. Default: 60s. Only with `nodes`.",
  })
  readonly scrapeInterval?: string | null;

  @Field(() => Duration, {
    defaultValue: "30d",
    description: "How long each Prometheus keeps samples on its disk, from 2h to 10y.",
  })
  readonly retention!: string;

  @Field(() => Int, {
    defaultValue: 2,
    description: "Prometheus servers that scrape the same, 1 to 10.",
  })
  readonly replicas!: number;

  @Field(() => Int, {
    defaultValue: 2_000_000,
    description:
      "Series that one Prometheus is to have at the most, 10,000 to 100,000,000: more of them make more shards.",
  })
  readonly seriesPerServer!: number;

  @Field(() => Float, {
    defaultValue: 1,
    description: "By how much it is to grow, 0.1 to 100: 1.5 plans for half as much again as is given or measured.",
  })
  readonly growth!: number;

  @Field(() => Duration, {
    nullable: true,
    description: "How long Thanos keeps samples in object storage, from 1d to 100y; absent when it is not used.",
  })
  readonly objectStorageRetention?: string | null;
}
