import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../graph/scalars.js";

/** Whether something behind the graph answers, and how fresh what the graph shows of it is. */
@ObjectType()
export abstract class ServerHealthFields {
  @Field(() => String, { description: "Its name in the server's settings." })
  readonly name!: string;

  @Field(() => Boolean, { description: "Whether the last attempt to read it succeeded." })
  readonly reachable!: boolean;

  @Field(() => DateTime, { nullable: true, description: "When it last answered; null when it never did." })
  readonly lastSyncAt!: Date | null;

  @Field(() => String, { nullable: true, description: "Why the last attempt failed; null when it did not." })
  readonly error!: string | null;
}

/** One Prometheus. */
@ObjectType({ description: "A Prometheus that the graph reads targets and rules from." })
export class PrometheusServer extends ServerHealthFields {}

/** One Alertmanager of a cluster. */
@ObjectType({ description: "One Alertmanager of a cluster." })
export class AlertmanagerMember extends ServerHealthFields {
  @Field(() => String, { nullable: true, description: "Its version; null before its first answer." })
  readonly version!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "What it says of its gossip with the others: `ready`, `settling` or `disabled`; null before its first answer.",
  })
  readonly clusterStatus!: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "How many members it sees, itself among them; fewer than `members` has means that they do not all share their silences. Null before its first answer.",
  })
  readonly peers!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Alerts that another member holds and this one does not, as where a Prometheus does not reach it; null while it is not reachable.",
  })
  readonly missingAlerts!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Silences that another member holds and this one does not; null while it is not reachable.",
  })
  readonly missingSilences!: number | null;
}

/** Alertmanagers that share their silences. */
@ObjectType({
  description: "Alertmanagers that share their silences. While none of them answers, what they last said stays.",
})
export class AlertmanagerCluster extends ServerHealthFields {
  @Field(() => [AlertmanagerMember], { description: "Its members." })
  readonly members!: readonly AlertmanagerMember[];
}
