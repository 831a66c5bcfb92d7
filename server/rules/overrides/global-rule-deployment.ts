import { Field, ObjectType } from "type-graphql";
import { Labels, PromQL } from "../../graph/scalars.js";

/** What runs of a global rule for all projects that do not override it. */
@ObjectType({ description: "What runs of a global rule for all projects that do not override it." })
export class GlobalRuleDeployment {
  @Field(() => PromQL, {
    description:
      "The expression with the parameters' defaults, the series of projects that override the rule left out.",
  })
  readonly expr!: string;

  @Field(() => Labels, { description: "What its alerts say, with the parameters' defaults." })
  readonly annotations!: Readonly<Record<string, string>>;

  @Field(() => [String], { description: "The names of the projects that are left out, in order." })
  readonly exceptProjects!: readonly string[];
}
