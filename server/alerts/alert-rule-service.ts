import type { Caller } from "../access/caller.js";
import { isId } from "../core/ids.js";
import type { Connection } from "../graph/connection.js";
import type { ProjectService } from "../projects/project-service.js";
import type { AlertingRule } from "../rules/alerting-rule.js";
import type { GlobalRule } from "../rules/global-rule.js";
import type { GlobalRuleService } from "../rules/global-rule-service.js";
import type { RuleService } from "../rules/rule-service.js";
import type { Alert } from "./alert.js";
import type { AlertQuery, AlertService } from "./alert-service.js";

/** Joins alerts to the rules that they come of, by the id that the configurator puts into an annotation. */
export class AlertRuleService {
  constructor(
    private readonly alerts: AlertService,
    private readonly rules: RuleService,
    private readonly globalRules: GlobalRuleService,
    private readonly projects: ProjectService,
  ) {}

  /** The project's rule that an alert comes of; null when there is none, or the alert only claims it. */
  async ruleOf(caller: Caller, { ruleId, projectName }: Alert): Promise<AlertingRule | null> {
    if (ruleId === null || !isId("rul", ruleId)) return null;
    const rule = await this.rules.findAlerting(caller, ruleId);
    const project = rule && (await this.projects.find(caller, rule.projectId));
    return project?.name === projectName ? rule : null;
  }

  /** The global rule that an alert comes of. */
  async globalRuleOf(caller: Caller, { ruleId }: Alert): Promise<GlobalRule | null> {
    return ruleId !== null && isId("grl", ruleId) ? this.globalRules.find(caller, ruleId) : null;
  }

  /** The alerts of a rule that is visible to the caller; null when no Alertmanager has ever answered. */
  async listOfRule(caller: Caller, rule: AlertingRule, query: AlertQuery): Promise<Connection<Alert> | null> {
    return this.alerts.listOfRule(caller, await this.projects.require(caller, rule.projectId), rule.id, query);
  }
}
