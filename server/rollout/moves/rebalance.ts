import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { PayloadFields } from "../../graph/payload.js";
import { Project } from "../../projects/project.js";
import { Shard } from "../shards/shard.js";
import { ProjectMove } from "./project-move.js";

/** What a plan goes by. */
export const RebalanceMeasure = { SAMPLES_PER_SECOND: "SAMPLES_PER_SECOND", PROJECTS: "PROJECTS" } as const;
export type RebalanceMeasure = keyof typeof RebalanceMeasure;

registerEnumType(RebalanceMeasure, {
  name: "RebalanceMeasure",
  description: "What a plan goes by.",
  valuesConfig: {
    SAMPLES_PER_SECOND: { description: "What the Prometheus servers measure of each project." },
    PROJECTS: { description: "The number of projects, as long as no Prometheus has answered." },
  },
});

/** One move of a plan. */
@ObjectType({ description: "One move of a plan." })
export class RebalanceMove {
  @Field(() => Project, { description: "What would be moved." })
  readonly project!: Project;

  @Field(() => Shard, { description: "Where it is." })
  readonly from!: Shard;

  @Field(() => Shard, { description: "Where it would be moved." })
  readonly to!: Shard;

  @Field(() => Float, {
    nullable: true,
    description: "Its series, which are scraped twice meanwhile; null while unknown.",
  })
  readonly series!: number | null;

  @Field(() => Float, { nullable: true, description: "Its samples per second; null while unknown." })
  readonly samplesPerSecond!: number | null;

  @Field(() => String, { description: "Why it is in the plan, for people." })
  readonly reason!: string;
}

/** A shard before and after a plan. */
@ObjectType({ description: "A shard before and after a plan, in what the plan goes by." })
export class RebalanceShard {
  @Field(() => Shard, { description: "The shard." })
  readonly shard!: Shard;

  @Field(() => Float, { description: "What it should have, by its weight." })
  readonly share!: number;

  @Field(() => Float, { description: "What it has." })
  readonly before!: number;

  @Field(() => Float, { description: "What it would have." })
  readonly after!: number;
}

/** Which projects would be moved, and what that costs. */
@ObjectType({
  description:
    "Which projects would be moved so that each shard comes within 5 % of its share, by as few moves as it takes. What it costs: both shards scrape a project while it is moved, and what was recorded of it stays where it was, until it is too old; who asks all shards, as Thanos does, sees both.",
})
export class RebalancePlan {
  @Field(() => RebalanceMeasure, { description: "What it goes by." })
  readonly measure!: RebalanceMeasure;

  @Field(() => [RebalanceMove], {
    description: "The moves, in the order in which they help most; pinned projects stay.",
  })
  readonly moves!: readonly RebalanceMove[];

  @Field(() => [RebalanceShard], { description: "All shards, in the order of the settings." })
  readonly shards!: readonly RebalanceShard[];

  @Field(() => Float, {
    nullable: true,
    description: "How many series are scraped twice meanwhile; null while unknown.",
  })
  readonly seriesTwice!: number | null;

  @Field(() => Int, { description: "How many moves are under way already; their projects count for where they go." })
  readonly underWay!: number;
}

/** A move of a plan to be begun. */
@InputType({ description: "A move of a plan, to be begun." })
export class RebalanceMoveInput {
  @Field(() => ID, { description: "The project." })
  readonly project!: string;

  @Field(() => String, {
    description: "The name of the shard that the plan saw it in; CONFLICT when it is elsewhere by now.",
  })
  readonly from!: string;

  @Field(() => String, { description: "The name of the shard that it is to be moved to." })
  readonly to!: string;
}

/** What came of beginning a plan. */
@ObjectType({ description: "What came of beginning the moves: all of them, or none." })
export class ShardRebalanceApplyPayload extends PayloadFields {
  @Field(() => [ProjectMove], { description: "All moves that are under way now." })
  readonly moves!: readonly ProjectMove[];

  @Field(() => Int, {
    nullable: true,
    description: "The revision that all of them took together; null when nothing was written.",
  })
  readonly revision!: number | null;
}
