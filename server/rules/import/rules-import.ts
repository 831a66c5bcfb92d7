import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { PayloadFields } from "../../graph/payload.js";
import { UserError } from "../../graph/user-error.js";
import { Rule, RuleKind } from "../rule.js";

/** What became of a rule of the file. */
export const RuleImportOutcome = {
  CREATED: "CREATED",
  UPDATED: "UPDATED",
  UNCHANGED: "UNCHANGED",
  REFUSED: "REFUSED",
} as const;
export type RuleImportOutcome = keyof typeof RuleImportOutcome;

registerEnumType(RuleImportOutcome, {
  name: "RuleImportOutcome",
  description: "What became of a rule of the file.",
  valuesConfig: {
    CREATED: { description: "The project has it now as a new rule." },
    UPDATED: { description: "The project's rule of this kind and name is as in the file now." },
    UNCHANGED: { description: "The project had it as it is in the file." },
    REFUSED: { description: "The project does not have it: the user errors say why." },
  },
});

/** A rule file to import. */
@InputType({ description: "A rule file of Prometheus, to be imported into a project." })
export class RulesImportInput {
  @Field(() => ID, { description: "The project that gets the rules." })
  readonly project!: string;

  @Field(() => String, {
    description: "The file as it is: YAML with `groups` and their `rules`, at most 200 kB and 500 rules.",
  })
  readonly document!: string;
}

/** What became of one rule of the file. */
@ObjectType({ description: "What became of one rule of the file, in the file's order." })
export class RuleImportResult {
  @Field(() => String, { description: "The name of its group." })
  readonly group!: string;

  @Field(() => RuleKind, { nullable: true, description: "Its kind; null when it is neither." })
  readonly kind!: RuleKind | null;

  @Field(() => String, { nullable: true, description: "Its name; null when it has none." })
  readonly name!: string | null;

  @Field(() => Int, { description: "The line of the file that it begins in, from 1." })
  readonly line!: number;

  @Field(() => RuleImportOutcome, { description: "What became of it; in a dry run, what would." })
  readonly outcome!: RuleImportOutcome;

  @Field(() => Rule, {
    nullable: true,
    description: "The rule as it is now; null when it was refused, or in a dry run.",
  })
  readonly rule!: Rule | null;

  @Field(() => [String], { description: "What of it is otherwise here than in the file, for a person." })
  readonly notes!: readonly string[];

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  readonly userErrors!: readonly UserError[];
}

/** What came of an import. */
@ObjectType({
  description:
    "What came of an import. Rules that are refused keep no others from being imported; mistakes of the whole are `userErrors`, and then nothing is written.",
})
export class RulesImportPayload extends PayloadFields {
  @Field(() => [RuleImportResult], { description: "Rule by rule." })
  readonly results!: readonly RuleImportResult[];

  @Field(() => Int, {
    nullable: true,
    description: "The revision that all changes took together; null when nothing was written.",
  })
  readonly revision!: number | null;
}
