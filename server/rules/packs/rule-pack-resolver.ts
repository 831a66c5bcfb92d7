import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { DryRun } from "../../graph/arguments.js";
import { RulePack, RulePackInstallPayload } from "./rule-pack.js";
import type { RulePackService } from "./rule-pack-service.js";

/** Rule packs in the graph. */
@Resolver(() => RulePack)
export class RulePackResolver {
  constructor(private readonly service: RulePackService) {}

  @Query(() => [RulePack], { description: "The rules that come with the server, pack by pack." })
  rulePacks(@Ctx() caller: Caller) {
    return this.service.list(caller);
  }

  @Mutation(() => RulePackInstallPayload, {
    description:
      "Makes global rules of a pack's rules, which projects may override. Installed anew, after an upgrade of the server for example, those that are there become as the pack has them now, but for what you changed of them; those that you deleted come back, so rather switch a rule off. Operators only.",
  })
  rulePackInstall(
    @Ctx() caller: Caller,
    @Arg("pack", () => String, { description: "The pack's name." }) pack: string,
    @DryRun() dryRun: boolean,
  ) {
    return this.service.install(caller, pack, dryRun);
  }
}
