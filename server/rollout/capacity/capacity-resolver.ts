import { Arg, Ctx, Query, Resolver } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { CapacityPlanInput } from "./capacity-input.js";
import { CapacityPlan, formula } from "./capacity-plan.js";
import type { CapacityService } from "./capacity-service.js";

/** Capacity in the graph. */
@Resolver()
export class CapacityResolver {
  constructor(private readonly service: CapacityService) {}

  @Query(() => CapacityPlan, {
    description: `How much hardware is needed for so many nodes, or for what is there now. Operators and readers; fails as UPSTREAM_UNAVAILABLE when it is to be measured and no replica of some shard can be asked.\n\n${formula}`,
  })
  capacityPlan(
    @Ctx() caller: Caller,
    @Arg("input", () => CapacityPlanInput, { description: "What to plan for." }) input: CapacityPlanInput,
  ) {
    return this.service.plan(caller, input);
  }
}
