import type { Caller } from "../access/caller.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import type { ProjectService } from "../projects/project-service.js";
import { AlertingRule } from "./alerting-rule.js";
import { projectLabel } from "./promql/language.js";
import type { Rule } from "./rule.js";
import type { RuleHealth } from "./rule-health.js";

/** What the Prometheus servers say of rules that the caller may read. */
export class RuleHealthService {
  constructor(
    private readonly prometheus: Pick<PrometheusView, "rules" | "sizes">,
    private readonly projects: ProjectService,
  ) {}

  /** How many alerts one rule of the project has at most now; null when no Prometheus has answered. */
  async seriesPerRule(caller: Caller, projectName: string): Promise<number | null> {
    const sizes = await this.prometheus.sizes(caller.request.signal);
    return sizes?.largest("seriesPerRule", projectName) ?? null;
  }

  /** Null as long as no Prometheus has loaded the rule, or none has answered. */
  async healthOf(caller: Caller, rule: Rule): Promise<RuleHealth | null> {
    const live = await this.prometheus.rules(caller.request.signal);
    if (live === null) return null;
    if (rule instanceof AlertingRule) return live.alerting(rule.id);
    const project = await this.projects.require(caller, rule.projectId);
    return live.recording(rule.name, { ...rule.labels, [projectLabel]: project.name });
  }
}
