import type { Caller } from "../access/caller.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import type { RangeReader } from "../clients/range-reader.js";
import type { AlertmanagerGroup } from "../clients/upstreams.js";
import type { Log } from "../core/log.js";
import type { GraphPart } from "../graph/graph-part.js";
import type { ProjectService } from "../projects/project-service.js";
import type { GlobalRuleService } from "../rules/global-rule-service.js";
import type { RuleService } from "../rules/rule-service.js";
import { fingerprintIn } from "./alert.js";
import { AlertResolver, ProjectAlertsResolver } from "./alert-resolver.js";
import { AlertRuleResolver, RuleAlertsResolver } from "./alert-rule-resolver.js";
import { AlertRuleService } from "./alert-rule-service.js";
import { AlertService } from "./alert-service.js";
import { FiringHistory } from "./firing-history.js";
import { FiringResolver } from "./firing-resolver.js";
import { FiringService } from "./firing-service.js";
import { LiveAlerts } from "./live-alerts.js";
import { ServerHealthResolver } from "./server-health-resolver.js";
import { ServerHealthService } from "./server-health-service.js";
import { WatchdogResolver } from "./watchdog-resolver.js";
import { WatchdogService } from "./watchdog-service.js";
import { Watchdogs } from "./watchdogs.js";

/** What alerts are built over. */
export interface AlertsParts {
  readonly alertmanagers: readonly AlertmanagerGroup[];
  /** Between two reads of the Alertmanagers. */
  readonly intervalMs: number;
  readonly prometheus: PrometheusView;
  readonly ranges: RangeReader;
  /** The watchdogs that are to be there. */
  readonly watchdogs: { readonly names: readonly string[]; readonly absentAfterSeconds: number };
  readonly projects: ProjectService;
  readonly rules: RuleService;
  readonly globalRules: GlobalRuleService;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** What the Alertmanagers hold; nothing is known of it before `live` is started. */
export interface AlertsDomain extends GraphPart<Caller> {
  readonly live: LiveAlerts;
  /** Watching, too, begins when they are started. */
  readonly watchdogs: Watchdogs;
  readonly service: AlertService;
}

/** Builds the domain of alerts. */
export function makeAlerts(parts: AlertsParts): AlertsDomain {
  const { alertmanagers, intervalMs, prometheus, ranges, projects, rules, globalRules, log, now, random } = parts;
  const live = new LiveAlerts(alertmanagers, {
    intervalMs,
    now,
    random,
    onError: (error) => log.error({ err: error }, "An Alertmanager cannot be watched"),
  });
  const { names, absentAfterSeconds } = parts.watchdogs;
  const watchdogs = new Watchdogs(live, { names, absentAfterMs: absentAfterSeconds * 1_000, intervalMs, log });
  const service = new AlertService(live, projects);
  const alertRules = new AlertRuleService(service, rules, globalRules, projects);
  return {
    live,
    watchdogs,
    service,
    resolvers: [
      new AlertResolver(service),
      new ProjectAlertsResolver(service),
      new FiringResolver(new FiringService(new FiringHistory(ranges, () => watchdogs.externalLabels, now))),
      new AlertRuleResolver(alertRules),
      new RuleAlertsResolver(alertRules),
      new ServerHealthResolver(new ServerHealthService(live, prometheus)),
      new WatchdogResolver(new WatchdogService(watchdogs)),
    ],
    nodes: [
      {
        prefix: "alr",
        isWellFormed: (id) => fingerprintIn(id) !== null,
        find: (caller, id) => service.find(caller, id),
      },
    ],
  };
}
