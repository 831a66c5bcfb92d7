import { Field, Float, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../graph/scalars.js";

/** How a rule's last evaluation went. */
export const RuleHealthState = { OK: "OK", ERR: "ERR", UNKNOWN: "UNKNOWN" } as const;
export type RuleHealthState = keyof typeof RuleHealthState;

registerEnumType(RuleHealthState, {
  name: "RuleHealthState",
  description: "How a rule's last evaluation went.",
  valuesConfig: {
    OK: { description: "It succeeded." },
    ERR: { description: "It failed; `lastError` says why." },
    UNKNOWN: { description: "There was none yet." },
  },
});

/** What an alerting rule's alerts do. */
export const AlertingState = { INACTIVE: "INACTIVE", PENDING: "PENDING", FIRING: "FIRING" } as const;
export type AlertingState = keyof typeof AlertingState;

registerEnumType(AlertingState, {
  name: "AlertingState",
  description: "What an alerting rule's alerts do.",
  valuesConfig: {
    INACTIVE: { description: "There are none." },
    PENDING: { description: "Their cause is there, not yet for as long as `for` says." },
    FIRING: { description: "One or more fire." },
  },
});

/** A rule as one Prometheus evaluates it. */
@ObjectType({ description: "A rule as one Prometheus evaluates it." })
export class RuleReplica {
  @Field(() => String, { description: "The name of the Prometheus." })
  readonly prometheus!: string;

  @Field(() => RuleHealthState, { description: "How its last evaluation went." })
  readonly health!: RuleHealthState;

  @Field(() => String, { nullable: true, description: "Why it failed; null when it did not." })
  readonly lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it was; null before the first." })
  readonly lastEvaluationAt!: Date | null;
}

/** How a rule fares, over all Prometheus servers that evaluate it. */
@ObjectType({ description: "How a rule fares, over all Prometheus servers that evaluate it." })
export class RuleHealth {
  @Field(() => RuleHealthState, { description: "ERR as soon as one Prometheus says so." })
  readonly health!: RuleHealthState;

  @Field(() => AlertingState, { nullable: true, description: "The gravest state; null for a recording rule." })
  readonly alertingState!: AlertingState | null;

  @Field(() => String, { nullable: true, description: "Why its last evaluation failed; null when it did not." })
  readonly lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it was last evaluated; null before the first time." })
  readonly lastEvaluationAt!: Date | null;

  @Field(() => Float, { nullable: true, description: "How long that took, in seconds." })
  readonly evaluationDurationSeconds!: number | null;

  @Field(() => [RuleReplica], { description: "What each Prometheus says of it." })
  readonly replicas!: readonly RuleReplica[];
}
