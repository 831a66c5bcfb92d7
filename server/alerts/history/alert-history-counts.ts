import { Field, Float, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../graph/scalars.js";

/** How often and how long the alerts of one name fired. */
@ObjectType({ description: "How often and how long the alerts of one name fired." })
export class AlertNameCount {
  @Field(() => String, { description: "The label `alertname`." })
  readonly name!: string;

  @Field(() => Int, { description: "How many firings there were, of all alerts with this name." })
  readonly episodes!: number;

  @Field(() => Int, { description: "How many of them are not over." })
  readonly firing!: number;

  @Field(() => Float, {
    description: "How long they fired, added up, in seconds; until now, where they are not over.",
  })
  readonly firingSeconds!: number;

  @Field(() => DateTime, { description: "When the last of them began." })
  readonly lastStartsAt!: Date;
}

/** How often and how long the alerts of a project fired. */
@ObjectType({ description: "How often and how long the alerts of a project fired." })
export class AlertHistoryCounts {
  @Field(() => [AlertNameCount], { description: "By the alerts' names, those that fired most often first." })
  readonly names!: readonly AlertNameCount[];

  @Field(() => Int, {
    description:
      "Firings that are missing in these counts and in `alertHistory`, because the project had more on a day than the server's settings let it keep. By days in UTC.",
  })
  readonly leftOut!: number;
}
