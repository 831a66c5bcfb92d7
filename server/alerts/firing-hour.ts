import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../graph/scalars.js";

/** One hour of an alert's past. */
@ObjectType({ description: "One hour of an alert's past, as Prometheus has seen it." })
export class FiringHour {
  @Field(() => DateTime, { description: "When the hour began." })
  readonly startsAt!: Date;

  @Field(() => Int, { description: "For how many seconds of it the alert fired, 0 to 3600, in steps of a minute." })
  readonly firingSeconds!: number;

  @Field(() => Int, { description: "How often it began to fire; what is shorter than a minute may be missed." })
  readonly timesStarted!: number;
}
