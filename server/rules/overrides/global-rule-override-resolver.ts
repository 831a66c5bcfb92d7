import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { DryRun, ExpectedVersion } from "../../graph/arguments.js";
import { PageArguments } from "../../graph/connection.js";
import { changePayload, changePayloadType, deletePayload, deletePayloadType } from "../../graph/payload.js";
import { Project } from "../../projects/project.js";
import type { ProjectService } from "../../projects/project-service.js";
import { EffectiveGlobalRule, EffectiveGlobalRuleConnection } from "./effective-global-rule.js";
import { GlobalRuleOverride } from "./global-rule-override.js";
import { GlobalRuleOverrideInput } from "./global-rule-override-input.js";
import type { GlobalRuleOverrideService } from "./global-rule-override-service.js";

const GlobalRuleOverrideSetPayload = changePayloadType(
  "GlobalRuleOverrideSetPayload",
  "globalRuleOverride",
  () => GlobalRuleOverride,
);
const GlobalRuleOverrideClearPayload = deletePayloadType("GlobalRuleOverrideClearPayload");

const ProjectArgument = () => Arg("project", () => ID, { description: "The project." });
const GlobalRuleArgument = () => Arg("globalRule", () => ID, { description: "The global rule." });

/** What projects make of global rules, in the graph. */
@Resolver(() => GlobalRuleOverride)
export class GlobalRuleOverrideResolver {
  constructor(
    private readonly service: GlobalRuleOverrideService,
    private readonly projects: ProjectService,
  ) {}

  @FieldResolver(() => Project, { description: "The project that it is for." })
  project(@Ctx() caller: Caller, @Root() { projectId }: GlobalRuleOverride) {
    return this.projects.require(caller, projectId);
  }

  @FieldResolver(() => EffectiveGlobalRule, { description: "The rule as it is for the project with this." })
  effective(@Ctx() caller: Caller, @Root() override: GlobalRuleOverride) {
    return this.service.effectiveOf(caller, override);
  }

  @Mutation(() => GlobalRuleOverrideSetPayload, {
    description:
      "Changes a global rule for one project: its parameters, severity or wait, or switches it off. For administrators of the project, where the rule is overridable.",
  })
  async globalRuleOverrideSet(
    @Ctx() caller: Caller,
    @ProjectArgument() project: string,
    @GlobalRuleArgument() globalRule: string,
    @Arg("input", () => GlobalRuleOverrideInput, { description: "What to change." }) input: GlobalRuleOverrideInput,
    @DryRun() dryRun: boolean,
  ) {
    const outcome = await this.service.set(caller, { project, globalRule }, input, dryRun);
    return changePayload("globalRuleOverride", outcome);
  }

  @Mutation(() => GlobalRuleOverrideClearPayload, {
    description:
      "Ends a project's override of a global rule, which then is for it as for all others. For administrators of the project.",
  })
  async globalRuleOverrideClear(
    @Ctx() caller: Caller,
    @ProjectArgument() project: string,
    @GlobalRuleArgument() globalRule: string,
    @ExpectedVersion() expectedVersion: number | null,
    @DryRun() dryRun: boolean,
  ) {
    return deletePayload(await this.service.clear(caller, { project, globalRule }, expectedVersion, dryRun));
  }
}

/** Global rules as they are for a project. */
@Resolver(() => Project)
export class ProjectGlobalRulesResolver {
  constructor(private readonly service: GlobalRuleOverrideService) {}

  @FieldResolver(() => EffectiveGlobalRuleConnection, {
    description: "The operators' rules by name, as they are for this project.",
  })
  globalRules(@Ctx() caller: Caller, @Root() project: Project, @Args(() => PageArguments) page: PageArguments) {
    return this.service.listOf(caller, project, page);
  }

  @FieldResolver(() => [EffectiveGlobalRule], {
    description: "The operators' rules that it overrides, by name, as they are for this project.",
  })
  overriddenGlobalRules(@Ctx() caller: Caller, @Root() project: Project) {
    return this.service.overriddenBy(caller, project);
  }
}
