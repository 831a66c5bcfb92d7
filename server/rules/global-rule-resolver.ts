import { Arg, Args, Ctx, Mutation, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { DryRun, ExpectedVersion, IdArgument } from "../graph/arguments.js";
import { PageArguments } from "../graph/connection.js";
import { changePayload, changePayloadType, deletePayload, deletePayloadType } from "../graph/payload.js";
import { GlobalRule, GlobalRuleConnection } from "./global-rule.js";
import { GlobalRuleCreateInput, GlobalRuleUpdateInput } from "./global-rule-input.js";
import type { GlobalRuleService } from "./global-rule-service.js";

const GlobalRuleCreatePayload = changePayloadType("GlobalRuleCreatePayload", "globalRule", () => GlobalRule);
const GlobalRuleUpdatePayload = changePayloadType("GlobalRuleUpdatePayload", "globalRule", () => GlobalRule);
const GlobalRuleDeletePayload = deletePayloadType("GlobalRuleDeletePayload");

/** Global rules in the graph. */
@Resolver(() => GlobalRule)
export class GlobalRuleResolver {
  constructor(private readonly service: GlobalRuleService) {}

  @Query(() => GlobalRuleConnection, { description: "The operators' rules over the series of all projects, by name." })
  globalRules(@Ctx() caller: Caller, @Args(() => PageArguments) page: PageArguments) {
    return this.service.list(caller, page);
  }

  @Mutation(() => GlobalRuleCreatePayload, { description: "Creates a global rule. Operators only." })
  async globalRuleCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => GlobalRuleCreateInput, { description: "The new rule." }) input: GlobalRuleCreateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("globalRule", await this.service.create(caller, input, dryRun));
  }

  @Mutation(() => GlobalRuleUpdatePayload, { description: "Changes a global rule. Operators only." })
  async globalRuleUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => GlobalRuleUpdateInput, { description: "What to change." }) input: GlobalRuleUpdateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("globalRule", await this.service.update(caller, id, input, dryRun));
  }

  @Mutation(() => GlobalRuleDeletePayload, { description: "Deletes a global rule. Operators only." })
  async globalRuleDelete(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @DryRun() dryRun: boolean,
  ) {
    return deletePayload(await this.service.remove(caller, id, expectedVersion, dryRun));
  }
}
