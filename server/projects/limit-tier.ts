import { Field, Int, ObjectType } from "type-graphql";
import { Duration } from "../graph/scalars.js";

/** What a project may have and cost: the keys of a tier in the settings, and fields of all that shows one. */
@ObjectType()
export abstract class Limits {
  @Field(() => Int, { description: "Scrape jobs, disabled ones too." })
  readonly scrapeJobs!: number;

  @Field(() => Int, { description: "Static targets, over all scrape jobs; what discovery finds is not counted." })
  readonly targets!: number;

  @Field(() => Int, { description: "Samples that one scrape of one target may bring; with more it counts as failed." })
  readonly samplesPerScrape!: number;

  @Field(() => Int, { description: "Labels that one sample may have; with more its scrape counts as failed." })
  readonly labelsPerSample!: number;

  @Field(() => Int, { description: "Bytes that a label's name may have; with more its scrape counts as failed." })
  readonly labelNameLength!: number;

  @Field(() => Int, { description: "Bytes that a label's value may have; with more its scrape counts as failed." })
  readonly labelValueLength!: number;

  @Field(() => Int, { description: "Bytes, decompressed, that one scrape may bring; with more it counts as failed." })
  readonly bodyBytes!: number;

  @Field(() => Duration, { description: "How often a scrape job scrapes that names no interval itself." })
  readonly scrapeInterval!: string;

  @Field(() => Duration, { description: "After how long a scrape has failed where its job names no timeout itself." })
  readonly scrapeTimeout!: string;

  @Field(() => Duration, { description: "The shortest interval that a scrape job may name." })
  readonly leastScrapeInterval!: string;

  @Field(() => Int, { description: "Rules of both kinds together, disabled ones too." })
  readonly rules!: number;

  @Field(() => Int, { description: "Alerts or series that one rule may give; with more its evaluation fails." })
  readonly seriesPerRule!: number;

  @Field(() => Duration, { description: "The shortest interval that a rule may name." })
  readonly leastRuleInterval!: string;

  @Field(() => Int, { description: "Characters (UTF-16 units) that an expression may have." })
  readonly expressionLength!: number;

  @Field(() => Int, { description: "How deep an expression's brackets, calls and operators may nest." })
  readonly expressionDepth!: number;

  @Field(() => Int, { description: "Selectors that an expression may have." })
  readonly expressionSelectors!: number;

  @Field(() => Duration, { description: "The longest range, subquery and offset in an expression." })
  readonly longestRange!: string;

  @Field(() => Int, {
    description:
      "How often a subquery, with those that it stands in, may evaluate its inside: its range by its step, multiplied.",
  })
  readonly subquerySteps!: number;

  @Field(() => Int, {
    description:
      "Samples of each series that one evaluation of an expression may read, counted as one a minute: over all selectors, the range of each (5m at the least), as often as subqueries evaluate it.",
  })
  readonly expressionSamples!: number;

  @Field(() => Int, { description: "Contact groups." })
  readonly contactGroups!: number;

  @Field(() => Int, { description: "Contacts, over all contact groups." })
  readonly contacts!: number;

  @Field(() => Int, {
    description:
      "Silences, active and pending, that are for this project alone. They may have ten times as many kB, with those that have ended and that Alertmanager has not forgotten yet; each counts as 1 kB at the least.",
  })
  readonly silences!: number;

  @Field(() => Int, {
    description:
      "Acknowledgements in force of its alerts. Ten times as many may be made within five days. The silences that they have count against no other limit.",
  })
  readonly acknowledgements!: number;

  @Field(() => Int, { description: "API tokens with a role in the project that are neither revoked nor expired." })
  readonly apiTokens!: number;
}

/** The limits that projects share whose `limitTier` is this name. */
@ObjectType({ description: "The limits that projects share whose `limitTier` has this name." })
export class LimitTier extends Limits {
  @Field(() => String, { description: "Its name in the server's settings; there is always one named `default`." })
  readonly name!: string;
}

/** The limits that hold for a project. */
@ObjectType({
  description:
    "The limits that hold for a project. Lowering one refuses growth alone: what is there already stays, and may be changed and deleted.",
})
export class ProjectLimits extends Limits {
  @Field(() => String, { description: "The tier that they come from." })
  readonly tier!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Set when the project's `limitTier` is not in the server's settings: what holds instead, for a person.",
  })
  readonly problem!: string | null;
}

/** The tiers by name. */
export type LimitTiers = Readonly<Record<string, Limits>> & { readonly default: Limits };
