import { Field, Int, ObjectType } from "type-graphql";
import type { Alert } from "../alerts/alert.js";
import type { Matcher as MatcherShape } from "../core/matcher.js";
import { connectionType } from "../graph/connection.js";
import { AlertingRule } from "../rules/alerting-rule.js";
import { GlobalRule } from "../rules/global-rule.js";
import { Matcher } from "./silence.js";
import { SilenceConfirmation, SilencePolicy } from "./silence-policy.js";
import { SilenceProblem } from "./silence-problem.js";

/** How many alerts of a project a silence matches. */
@ObjectType({ description: "How many alerts of a project a silence matches." })
export class SilencedProject {
  @Field(() => String, { description: "The value of their label `project`; empty for alerts that belong to none." })
  readonly name!: string;

  @Field(() => Int, { description: "How many alerts." })
  readonly count!: number;
}

/** A rule whose alerts a silence could match. */
@ObjectType({ description: "A rule whose alerts a silence could match: one of a project, or a global one." })
export class SilencedRule {
  @Field(() => AlertingRule, { nullable: true, description: "The project's rule; null for a global one." })
  readonly rule!: AlertingRule | null;

  @Field(() => GlobalRule, { nullable: true, description: "The global rule; null for one of a project." })
  readonly globalRule!: GlobalRule | null;
}

/** A page of rules whose alerts a silence could match. */
export const SilencedRuleConnection = connectionType<SilencedRule>("SilencedRule", () => SilencedRule);

/** What a silence would do that is to be written. */
@ObjectType({
  description: "What a silence would do, as far as you may read what it would do it to. Nothing is written.",
})
export class SilencePreview {
  @Field(() => String, { nullable: true, description: "The Alertmanager cluster; null when it has yet to be named." })
  readonly cluster!: string | null;

  @Field(() => [Matcher], { description: "The matchers as they would be stored." })
  readonly matchers!: readonly MatcherShape[];

  /** The alerts that it would match. */
  readonly hits!: readonly Alert[];

  /** Those that the silence of before matches, and it would not. */
  readonly lost!: readonly Alert[];

  @Field(() => Int, {
    description:
      "How many of the alerts are quiet already: by another silence, an alert that inhibits them, or a mute timing.",
  })
  readonly quietCount!: number;

  @Field(() => [SilencedProject], {
    description: "How many of the alerts belong to which project, the most first; of at most 100 projects.",
  })
  readonly counts!: readonly SilencedProject[];

  @Field(() => Int, { description: "How many projects the alerts belong to, those of none aside." })
  readonly projectCount!: number;

  @Field(() => [SilenceProblem], { description: "What speaks against it, or what its writer should know." })
  readonly problems!: readonly SilenceProblem[];

  @Field(() => SilenceConfirmation, {
    nullable: true,
    description: "What to confirm with the write, because it reaches far; null when nothing is.",
  })
  readonly confirmation!: SilenceConfirmation | null;

  @Field(() => SilencePolicy, { description: "What is wanted of you when you write it." })
  readonly policy!: SilencePolicy;
}
