import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { DryRun, ExpectedVersion, IdArgument } from "../graph/arguments.js";
import { PageArguments } from "../graph/connection.js";
import { OrderBy } from "../graph/order-enum.js";
import { changePayload, changePayloadType, deletePayload, deletePayloadType } from "../graph/payload.js";
import { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { AlertingRule } from "./alerting-rule.js";
import { RecordingRule } from "./recording-rule.js";
import { Rule, RuleConnection, RuleOrder } from "./rule.js";
import { RuleHealth } from "./rule-health.js";
import type { RuleHealthService } from "./rule-health-service.js";
import {
  AlertingRuleCreateInput,
  AlertingRuleUpdateInput,
  RecordingRuleCreateInput,
  RecordingRuleUpdateInput,
  RuleFilter,
} from "./rule-input.js";
import type { RuleService } from "./rule-service.js";

const AlertingRuleCreatePayload = changePayloadType("AlertingRuleCreatePayload", "alertingRule", () => AlertingRule);
const AlertingRuleUpdatePayload = changePayloadType("AlertingRuleUpdatePayload", "alertingRule", () => AlertingRule);
const RecordingRuleCreatePayload = changePayloadType(
  "RecordingRuleCreatePayload",
  "recordingRule",
  () => RecordingRule,
);
const RecordingRuleUpdatePayload = changePayloadType(
  "RecordingRuleUpdatePayload",
  "recordingRule",
  () => RecordingRule,
);
const RuleDeletePayload = deletePayloadType("RuleDeletePayload");

/** Rules in the graph, of both kinds. */
@Resolver(() => Rule)
export class RuleResolver {
  constructor(
    private readonly service: RuleService,
    private readonly healths: RuleHealthService,
    private readonly projects: ProjectService,
  ) {}

  @FieldResolver(() => Project, { description: "The project that it belongs to." })
  project(@Ctx() caller: Caller, @Root() rule: Rule) {
    return this.projects.require(caller, rule.projectId);
  }

  @FieldResolver(() => RuleHealth, {
    nullable: true,
    description: "How it fares; null while no Prometheus has loaded it, or none has answered.",
  })
  health(@Ctx() caller: Caller, @Root() rule: Rule) {
    return this.healths.healthOf(caller, rule);
  }

  @Mutation(() => AlertingRuleCreatePayload, { description: "Creates an alerting rule." })
  async alertingRuleCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => AlertingRuleCreateInput, { description: "The new rule." }) input: AlertingRuleCreateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("alertingRule", await this.service.createAlerting(caller, input, dryRun));
  }

  @Mutation(() => AlertingRuleUpdatePayload, { description: "Changes an alerting rule." })
  async alertingRuleUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => AlertingRuleUpdateInput, { description: "What to change." }) input: AlertingRuleUpdateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("alertingRule", await this.service.updateAlerting(caller, id, input, dryRun));
  }

  @Mutation(() => RecordingRuleCreatePayload, { description: "Creates a recording rule." })
  async recordingRuleCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => RecordingRuleCreateInput, { description: "The new rule." }) input: RecordingRuleCreateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("recordingRule", await this.service.createRecording(caller, input, dryRun));
  }

  @Mutation(() => RecordingRuleUpdatePayload, { description: "Changes a recording rule." })
  async recordingRuleUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => RecordingRuleUpdateInput, { description: "What to change." }) input: RecordingRuleUpdateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("recordingRule", await this.service.updateRecording(caller, id, input, dryRun));
  }

  @Mutation(() => RuleDeletePayload, { description: "Deletes a rule of either kind; its alerts resolve." })
  async ruleDelete(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @DryRun() dryRun: boolean,
  ) {
    return deletePayload(await this.service.remove(caller, id, expectedVersion, dryRun));
  }
}

/** The rules of a project. */
@Resolver(() => Project)
export class ProjectRulesResolver {
  constructor(private readonly service: RuleService) {}

  @FieldResolver(() => RuleConnection, { description: "Its alerting and recording rules." })
  rules(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @Arg("filter", () => RuleFilter, { nullable: true, description: "Only these." }) filter: RuleFilter | null,
    @OrderBy(RuleOrder, "NAME_ASC") orderBy: keyof typeof RuleOrder,
  ) {
    return this.service.listOf(caller, project.id, filter ?? {}, RuleOrder[orderBy], page);
  }
}
