import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PromQL } from "../graph/scalars.js";
import { ExpressionReport } from "./expression-report.js";
import type { ExpressionService } from "./expression-service.js";

/** Expressions in the graph. */
@Resolver()
export class ExpressionResolver {
  constructor(private readonly service: ExpressionService) {}

  @Query(() => ExpressionReport, {
    description: "Checks an expression as the one of a project's rule, and writes nothing.",
  })
  expression(
    @Ctx() caller: Caller,
    @Arg("project", () => ID, { description: "The project whose rule it would be." }) project: string,
    @Arg("expr", () => PromQL, { description: "The expression." }) expr: string,
  ) {
    return this.service.report(caller, project, expr);
  }
}
