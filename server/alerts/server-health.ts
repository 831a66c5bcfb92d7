import { Field, ObjectType } from "type-graphql";
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
}

/** Alertmanagers that share their silences. */
@ObjectType({
  description: "Alertmanagers that share their silences. While none of them answers, what they last said stays.",
})
export class AlertmanagerCluster extends ServerHealthFields {
  @Field(() => [AlertmanagerMember], { description: "Its members." })
  readonly members!: readonly AlertmanagerMember[];
}
