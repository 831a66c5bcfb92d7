import { Ctx, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { EgressPolicy } from "./egress-policy.js";
import type { EgressService } from "./egress-service.js";

/** Where tenants' config may point, in the graph. */
@Resolver()
export class EgressResolver {
  constructor(private readonly service: EgressService) {}

  @Query(() => EgressPolicy, { description: "Where tenants' config may point; for configurators and operators." })
  egressPolicy(@Ctx() caller: Caller) {
    return this.service.policy(caller);
  }
}
