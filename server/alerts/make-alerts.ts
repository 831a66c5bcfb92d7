import type { Caller } from "../access/caller.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import type { RangeReader } from "../clients/range-reader.js";
import type { AlertmanagerGroup } from "../clients/upstreams.js";
import type { Log } from "../core/log.js";
import type { GraphPart } from "../graph/graph-part.js";
import type { ProjectService } from "../projects/project-service.js";
import type { GlobalRuleService } from "../rules/global-rule-service.js";
import type { RuleService } from "../rules/rule-service.js";
import type { AcknowledgedAlerts } from "./acknowledged-alerts.js";
import { type Alert, fingerprintIn } from "./alert.js";
import { AlertEvent } from "./alert-event.js";
import { AlertEventResolver, alertEventsTopic } from "./alert-event-resolver.js";
import { AlertEventService, type AlertEventsArguments } from "./alert-event-service.js";
import { AlertGroupResolver, ProjectAlertGroupsResolver } from "./alert-group-resolver.js";
import { AlertGroupService } from "./alert-group-service.js";
import { AlertLabelResolver } from "./alert-label-resolver.js";
import { AlertLabelService } from "./alert-label-service.js";
import { AlertCountsResolver, AlertResolver, ProjectAlertsResolver } from "./alert-resolver.js";
import { AlertRuleResolver, RuleAlertsResolver } from "./alert-rule-resolver.js";
import { AlertRuleService } from "./alert-rule-service.js";
import { AlertSelector } from "./alert-selector.js";
import { AlertService } from "./alert-service.js";

import { EventFeed } from "./events/event-feed.js";

import { FiringHistory } from "./firing-history.js";
import { FiringResolver } from "./firing-resolver.js";
import { FiringService } from "./firing-service.js";

import { LiveAlerts } from "./live-alerts.js";
import { ReceiverGroups } from "./receiver-groups.js";
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
  /** The worker that reads large answers, as it was built. */
  readonly readingWorker: URL;
  readonly randomBytes: (size: number) => Buffer;
  /** How much matching, in points of cost, one operation may take. */
  readonly mostMatching: number;
  /** Told when a subscriber was too slow for the changes. */
  readonly onResync: (subscription: string) => void;
  readonly acknowledgements: AcknowledgedAlerts;
}

/** What the Alertmanagers hold; nothing is known of it before `live` is started. */
export interface AlertsDomain extends GraphPart<Caller> {
  readonly live: LiveAlerts;
  /** Watching, too, begins when they are started. */
  readonly watchdogs: Watchdogs;
  /** Differs whenever an answer about alerts may. */
  readonly version: () => string;
  readonly service: AlertService;
  /** Names this run of this server, before the revisions that it tells. */
  readonly server: string;
}

/** Builds the domain of alerts. */
export function makeAlerts(parts: AlertsParts): AlertsDomain {
  const {
    alertmanagers,
    intervalMs,
    prometheus,
    ranges,
    projects,
    rules,
    globalRules,
    log,
    now,
    random,
    readingWorker,
    randomBytes,
    acknowledgements,
    mostMatching,
    onResync,
  } = parts;
  const live = new LiveAlerts(alertmanagers, {
    intervalMs,
    now,
    random,
    readingWorker,
    onError: (error) => log.error({ err: error }, "An Alertmanager cannot be watched"),
  });
  const { names, absentAfterSeconds } = parts.watchdogs;
  const watchdogs = new Watchdogs(live, { names, absentAfterMs: absentAfterSeconds * 1_000, intervalMs, log });
  const server = randomBytes(6).toString("base64url");
  const selector = new AlertSelector(server, acknowledgements, now);
  const receivers = new ReceiverGroups(live);
  const service = new AlertService(live, selector, projects, receivers);
  const groups = new AlertGroupService(service, receivers);
  const alertRules = new AlertRuleService(service, rules, globalRules, projects);
  const feed = new EventFeed<Alert, AlertEvent>({
    makeEvent: (told) => new AlertEvent({ ...told, lastSyncAt: live.lastSyncAt }),
    mostMatching,
    onResync: () => onResync(alertEventsTopic),
  });
  const events = new AlertEventService({ live, projects, feed, selector, acknowledgements, now });
  return {
    live,
    watchdogs,
    version: () => `${live.version} ${acknowledgements.revision} ${receivers.version}`,
    service,
    server,
    resolvers: [
      new AlertEventResolver(),
      new AlertResolver(service),
      new AlertCountsResolver(acknowledgements),
      new AlertGroupResolver(groups),
      new ProjectAlertGroupsResolver(groups),
      new AlertLabelResolver(new AlertLabelService(service)),
      new ProjectAlertsResolver(service),
      new FiringResolver(new FiringService(new FiringHistory(ranges, () => watchdogs.externalLabels, now))),
      new AlertRuleResolver(alertRules),
      new RuleAlertsResolver(alertRules),
      new ServerHealthResolver(new ServerHealthService(live, prometheus)),
      new WatchdogResolver(new WatchdogService(watchdogs)),
    ],
    streams: {
      [alertEventsTopic]: (caller: Caller, args: AlertEventsArguments) => events.events(caller, args),
    },
    nodes: [
      {
        prefix: "alr",
        isWellFormed: (id) => fingerprintIn(id) !== null,
        find: (caller, id) => service.find(caller, id),
      },
    ],
  };
}
