import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { PayloadFields } from "../../graph/payload.js";
import { Duration, Labels } from "../../graph/scalars.js";
import { GlobalRule } from "../global-rule.js";
import { RuleParameter } from "../rule-parameter.js";

/** A rule of a pack. */
@ObjectType({ description: "A rule of a pack, as this version of the server has it." })
export class RulePackRule {
  @Field(() => String, { description: "The alert's name, by which it is found again when the pack is installed anew." })
  readonly name!: string;

  @Field(() => String, { description: "The expression, `<<name>>` standing for the values of parameters." })
  readonly expr!: string;

  @Field(() => Duration, { description: "How long the expression must give a series before its alert fires." })
  readonly for!: string;

  @Field(() => String, { description: "The value of the label `severity` on its alerts." })
  readonly severity!: string;

  @Field(() => Labels, {
    description:
      "What its alerts say: `summary`, `description`, and `runbook_url`, which leads to what to do about them.",
  })
  readonly annotations!: Readonly<Record<string, string>>;

  @Field(() => [RuleParameter], { description: "What it leaves open; each project may set other values." })
  readonly parameters!: readonly RuleParameter[];
}

/** Rules that come with the server. */
@ObjectType({ description: "Rules that come with the server, to be installed as global rules." })
export class RulePack {
  @Field(() => String, { description: "Its name: `node`, `blackbox`, `prometheus`, `alertmanager`." })
  readonly name!: string;

  @Field(() => String, { description: "What it is called." })
  readonly title!: string;

  @Field(() => String, { description: "What it watches, and what has to be scraped for that." })
  readonly description!: string;

  @Field(() => [RulePackRule], { description: "Its rules, by what they watch." })
  readonly rules!: readonly RulePackRule[];
}

/** What became of a rule of a pack. */
export const RulePackOutcome = { CREATED: "CREATED", UPDATED: "UPDATED", UNCHANGED: "UNCHANGED" } as const;
export type RulePackOutcome = keyof typeof RulePackOutcome;

registerEnumType(RulePackOutcome, {
  name: "RulePackOutcome",
  description: "What became of a rule of a pack.",
  valuesConfig: {
    CREATED: { description: "It was not there, and is now." },
    UPDATED: { description: "It was there as an older version of the pack has it." },
    UNCHANGED: { description: "It was there, as it is to be." },
  },
});

/** What became of one rule of a pack. */
@ObjectType({ description: "What became of one rule of a pack." })
export class RulePackResult {
  @Field(() => String, { description: "Its name." })
  readonly name!: string;

  @Field(() => RulePackOutcome, { description: "What became of it; in a dry run, what would." })
  readonly outcome!: RulePackOutcome;

  @Field(() => [String], {
    description: "The fields that operators have changed since it was installed: they stay as they are.",
  })
  readonly kept!: readonly string[];

  @Field(() => GlobalRule, { nullable: true, description: "The rule as it is now; null in a dry run that creates it." })
  readonly globalRule!: GlobalRule | null;
}

/** What came of installing a pack. */
@ObjectType({ description: "What came of installing a pack: all of its rules are there then, or none was written." })
export class RulePackInstallPayload extends PayloadFields {
  @Field(() => [RulePackResult], { description: "Rule by rule; empty when nothing could be installed." })
  readonly rules!: readonly RulePackResult[];

  @Field(() => Int, {
    nullable: true,
    description: "The revision that all changes took together; null when nothing was written.",
  })
  readonly revision!: number | null;
}
