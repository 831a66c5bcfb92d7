import { Field, Int, ObjectType } from "type-graphql";
import { PromQL } from "../graph/scalars.js";
import type { TextProblem } from "./text-problem.js";

/** What is wrong at one place of an expression. */
@ObjectType({ description: "What is wrong at one place of an expression." })
export class ExpressionProblem implements TextProblem {
  @Field(() => String, { description: "What is wrong and what to do, for a person." })
  readonly message!: string;

  @Field(() => Int, { description: "Where it begins, in UTF-16 units from the start of the text." })
  readonly from!: number;

  @Field(() => Int, { description: "Where it ends, exclusive." })
  readonly to!: number;
}

/** What becomes of an expression in a rule of a project. */
@ObjectType({ description: "What becomes of an expression in a rule of a project." })
export class ExpressionReport {
  @Field(() => Boolean, { description: "Whether a rule may have it." })
  readonly valid!: boolean;

  @Field(() => PromQL, {
    nullable: true,
    description: "As it would run: in canonical form, confined to the project; null unless valid.",
  })
  readonly enforcedExpr!: string | null;

  @Field(() => Boolean, {
    description:
      "Whether a Prometheus has read it as it would run, and found each selector confined. False when none could be asked, which keeps nobody from writing the rule.",
  })
  readonly verifiedByPrometheus!: boolean;

  @Field(() => [ExpressionProblem], { description: "What is wrong; empty when it is valid." })
  readonly problems!: readonly ExpressionProblem[];
}
