import { Field, ID, InputType, Int } from "type-graphql";
import { Duration, Labels, PromQL } from "../graph/scalars.js";
import { RuleKind } from "./rule.js";

/** Narrows a list of rules; several conditions must all hold. */
@InputType({ description: "Narrows a list of rules; several conditions must all hold." })
export class RuleFilter {
  @Field(() => RuleKind, { nullable: true, description: "Only rules of this kind." })
  readonly kind?: RuleKind | null;

  @Field(() => String, { nullable: true, description: "Only rules whose name contains this text, ignoring case." })
  readonly search?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Only those that are evaluated, or only those that are not." })
  readonly enabled?: boolean | null;

  @Field(() => String, { nullable: true, description: "Only alerting rules of this severity." })
  readonly severity?: string | null;
}

const expr = "At most 4,096 characters. Each selector is confined to the project's own series.";
const name = "1 to 100 printable characters; names need not be unique.";
const recordName = "A metric name, at most 200 characters; unique within the project together with the labels.";
const forDuration = "How long the expression must give a series before its alert fires, 0s to 30d";
const keepFiringFor = "How long an alert goes on firing after its cause is gone, up to 30d; null means not at all.";
const severity = "The value of the label `severity` on its alerts, at most 64 characters";
const alertLabels =
  "Labels of its alerts; values may be templates. `project`, `severity` and `alertname` are set by themselves.";
const recordLabels = "Labels of the recorded series, without templates; `project` is set by itself.";
const annotations = "What its alerts say; values may be templates that read `$labels` and `$value` and format them.";
const interval = "How often it is evaluated, 1s to 1d; null means as the servers are set. Limits may make it longer.";
const enabled = "Whether it is evaluated";
const expectedVersion = "The version you have seen; if it is no longer the newest, CONFLICT.";

/** A new alerting rule. */
@InputType({ description: "A new alerting rule." })
export class AlertingRuleCreateInput {
  @Field(() => ID, { description: "The project that it belongs to, for good." })
  readonly project!: string;

  @Field(() => String, { description: name })
  readonly name!: string;

  @Field(() => PromQL, { description: expr })
  readonly expr!: string;

  @Field(() => Duration, { nullable: true, defaultValue: "1m", description: `${forDuration}.` })
  readonly for?: string | null;

  @Field(() => Duration, { nullable: true, description: keepFiringFor })
  readonly keepFiringFor?: string | null;

  @Field(() => String, { nullable: true, defaultValue: "warning", description: `${severity}.` })
  readonly severity?: string | null;

  @Field(() => Labels, { nullable: true, description: alertLabels })
  readonly labels?: Readonly<Record<string, string>> | null;

  @Field(() => Labels, { nullable: true, description: annotations })
  readonly annotations?: Readonly<Record<string, string>> | null;

  @Field(() => Duration, { nullable: true, description: interval })
  readonly interval?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: `${enabled}.` })
  readonly enabled?: boolean | null;
}

/** Changes to an alerting rule: an absent field stays, null clears. */
@InputType({ description: "Changes to an alerting rule: an absent field stays as it is, null clears it." })
export class AlertingRuleUpdateInput {
  @Field(() => String, { nullable: true, description: name })
  readonly name?: string | null;

  @Field(() => PromQL, { nullable: true, description: expr })
  readonly expr?: string | null;

  @Field(() => Duration, { nullable: true, description: `${forDuration}; null means 1m.` })
  readonly for?: string | null;

  @Field(() => Duration, { nullable: true, description: keepFiringFor })
  readonly keepFiringFor?: string | null;

  @Field(() => String, { nullable: true, description: `${severity}; null means warning.` })
  readonly severity?: string | null;

  @Field(() => Labels, { nullable: true, description: `${alertLabels} Replaces all.` })
  readonly labels?: Readonly<Record<string, string>> | null;

  @Field(() => Labels, { nullable: true, description: `${annotations} Replaces all.` })
  readonly annotations?: Readonly<Record<string, string>> | null;

  @Field(() => Duration, { nullable: true, description: interval })
  readonly interval?: string | null;

  @Field(() => Boolean, { nullable: true, description: `${enabled}; null means it is.` })
  readonly enabled?: boolean | null;

  @Field(() => Int, { nullable: true, description: expectedVersion })
  readonly expectedVersion?: number | null;
}

/** A new recording rule. */
@InputType({ description: "A new recording rule." })
export class RecordingRuleCreateInput {
  @Field(() => ID, { description: "The project that it belongs to, for good." })
  readonly project!: string;

  @Field(() => String, { description: recordName })
  readonly name!: string;

  @Field(() => PromQL, { description: expr })
  readonly expr!: string;

  @Field(() => Labels, { nullable: true, description: recordLabels })
  readonly labels?: Readonly<Record<string, string>> | null;

  @Field(() => Duration, { nullable: true, description: interval })
  readonly interval?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: `${enabled}.` })
  readonly enabled?: boolean | null;
}

/** Changes to a recording rule: an absent field stays, null clears. */
@InputType({ description: "Changes to a recording rule: an absent field stays as it is, null clears it." })
export class RecordingRuleUpdateInput {
  @Field(() => String, { nullable: true, description: recordName })
  readonly name?: string | null;

  @Field(() => PromQL, { nullable: true, description: expr })
  readonly expr?: string | null;

  @Field(() => Labels, { nullable: true, description: `${recordLabels} Replaces all.` })
  readonly labels?: Readonly<Record<string, string>> | null;

  @Field(() => Duration, { nullable: true, description: interval })
  readonly interval?: string | null;

  @Field(() => Boolean, { nullable: true, description: `${enabled}; null means it is.` })
  readonly enabled?: boolean | null;

  @Field(() => Int, { nullable: true, description: expectedVersion })
  readonly expectedVersion?: number | null;
}
