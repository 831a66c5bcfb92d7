import { Field, InputType, Int } from "type-graphql";
import { Duration, Labels, PromQL } from "../graph/scalars.js";
import { GlobalRuleMode } from "./global-rule.js";
import { RuleParameter } from "./rule-parameter.js";

const name = "The alert's name: 1 to 100 printable characters; names need not be unique.";
const mode = "Where it is evaluated";
const expr =
  'At most 4,096 characters; reads the series of all projects, and must give for each what it would give if that project were alone: aggregations and matches keep `project`, and nothing in it fails over series that only differ in labels. It is stored in canonical form, without comments; a selector that might find series of no project gets `project!=""`. With parameters it holds `<<name>>` for their values, and is stored as it is. Series that differ in labels alone that the rule sets make one alert.';
const forDuration = "How long the expression must give a series before its alert fires, 0s to 30d";
const keepFiringFor = "How long an alert goes on firing after its cause is gone, up to 30d; null means not at all.";
const severity = "The value of the label `severity` on its alerts, at most 64 characters";
const labels =
  "Labels of its alerts; values may be templates. `project`, `severity` and `alertname` are set by themselves.";
const annotations =
  "What its alerts say; values may be templates that read `$labels` and `$value` and format them, and hold `<<name>>` for a parameter.";
const interval = "How often it is evaluated, 1s to 1d; null means as the servers are set.";
const enabled = "Whether it is evaluated";
const parameters = "What it leaves open, such as thresholds; at most 20";
const overridable =
  "Whether administrators of a project may override it there: its parameters, severity, wait, or switch it off";

/** A new global rule. */
@InputType({ description: "A new global rule." })
export class GlobalRuleCreateInput {
  @Field(() => String, { description: name })
  readonly name!: string;

  @Field(() => GlobalRuleMode, { nullable: true, defaultValue: "PER_PROJECT", description: `${mode}.` })
  readonly mode?: GlobalRuleMode | null;

  @Field(() => PromQL, { description: expr })
  readonly expr!: string;

  @Field(() => Duration, { nullable: true, defaultValue: "1m", description: `${forDuration}.` })
  readonly for?: string | null;

  @Field(() => Duration, { nullable: true, description: keepFiringFor })
  readonly keepFiringFor?: string | null;

  @Field(() => String, { nullable: true, defaultValue: "warning", description: `${severity}.` })
  readonly severity?: string | null;

  @Field(() => Labels, { nullable: true, description: labels })
  readonly labels?: Readonly<Record<string, string>> | null;

  @Field(() => Labels, { nullable: true, description: annotations })
  readonly annotations?: Readonly<Record<string, string>> | null;

  @Field(() => Duration, { nullable: true, description: interval })
  readonly interval?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: `${enabled}.` })
  readonly enabled?: boolean | null;

  @Field(() => [RuleParameter], { nullable: true, description: `${parameters}.` })
  readonly parameters?: readonly RuleParameter[] | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: `${overridable}.` })
  readonly overridable?: boolean | null;
}

/** Changes to a global rule: an absent field stays, null clears. */
@InputType({ description: "Changes to a global rule: an absent field stays as it is, null clears it." })
export class GlobalRuleUpdateInput {
  @Field(() => String, { nullable: true, description: name })
  readonly name?: string | null;

  @Field(() => GlobalRuleMode, { nullable: true, description: `${mode}; null means PER_PROJECT.` })
  readonly mode?: GlobalRuleMode | null;

  @Field(() => PromQL, { nullable: true, description: expr })
  readonly expr?: string | null;

  @Field(() => Duration, { nullable: true, description: `${forDuration}; null means 1m.` })
  readonly for?: string | null;

  @Field(() => Duration, { nullable: true, description: keepFiringFor })
  readonly keepFiringFor?: string | null;

  @Field(() => String, { nullable: true, description: `${severity}; null means warning.` })
  readonly severity?: string | null;

  @Field(() => Labels, { nullable: true, description: `${labels} Replaces all.` })
  readonly labels?: Readonly<Record<string, string>> | null;

  @Field(() => Labels, { nullable: true, description: `${annotations} Replaces all.` })
  readonly annotations?: Readonly<Record<string, string>> | null;

  @Field(() => Duration, { nullable: true, description: interval })
  readonly interval?: string | null;

  @Field(() => Boolean, { nullable: true, description: `${enabled}; null means it is.` })
  readonly enabled?: boolean | null;

  @Field(() => [RuleParameter], { nullable: true, description: `${parameters}. Replaces all.` })
  readonly parameters?: readonly RuleParameter[] | null;

  @Field(() => Boolean, { nullable: true, description: `${overridable}; null means they may not.` })
  readonly overridable?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: "The version you have seen; if it is no longer the newest, CONFLICT.",
  })
  readonly expectedVersion?: number | null;
}
