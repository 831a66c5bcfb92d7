import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PageArguments } from "../graph/connection.js";
import { AlertingRule } from "../rules/alerting-rule.js";
import { GlobalRule } from "../rules/global-rule.js";
import { Alert } from "./alert.js";
import { AlertConnection } from "./alert-connection.js";
import { type AlertFilter, AlertFilterArgument } from "./alert-input.js";
import type { AlertRuleService } from "./alert-rule-service.js";

/** The rule of an alert. */
@Resolver(() => Alert)
export class AlertRuleResolver {
  constructor(private readonly service: AlertRuleService) {}

  @FieldResolver(() => AlertingRule, {
    nullable: true,
    description: "The project's rule that it comes of; null when it comes of another kind of rule.",
  })
  rule(@Ctx() caller: Caller, @Root() alert: Alert) {
    return this.service.ruleOf(caller, alert);
  }

  @FieldResolver(() => GlobalRule, {
    nullable: true,
    description: "The global rule that it comes of; null when it comes of another kind of rule.",
  })
  globalRule(@Ctx() caller: Caller, @Root() alert: Alert) {
    return this.service.globalRuleOf(caller, alert);
  }
}

/** The alerts of a rule. */
@Resolver(() => AlertingRule)
export class RuleAlertsResolver {
  constructor(private readonly service: AlertRuleService) {}

  @FieldResolver(() => AlertConnection, {
    nullable: true,
    description: "Its alerts that have not resolved, the newest first; null while no Alertmanager has answered.",
  })
  alerts(
    @Ctx() caller: Caller,
    @Root() rule: AlertingRule,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
  ) {
    return this.service.listOfRule(caller, rule, { filter: filter ?? {}, order: "STARTS_AT_DESC", page });
  }
}
