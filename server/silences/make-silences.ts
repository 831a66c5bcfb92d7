import type { Caller } from "../access/caller.js";
import type { AlertService } from "../alerts/alert-service.js";
import type { HeldSilence } from "../alerts/alert-snapshot.js";
import { EventFeed } from "../alerts/events/event-feed.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { uuidIn } from "../alerts/silence-id.js";
import type { Witness } from "../audit/unsettled-writes.js";
import type { WriteAhead } from "../audit/write-ahead.js";
import type { Log } from "../core/log.js";
import type { GraphPart } from "../graph/graph-part.js";
import type { LimitService } from "../projects/limit-service.js";
import type { ProjectService } from "../projects/project-service.js";

import type { GlobalRuleService } from "../rules/global-rule-service.js";
import type { RuleService } from "../rules/rule-service.js";
import { QuietReasonResolver } from "./quiet-reason-resolver.js";
import { type AcknowledgementOf, QuietReasonService } from "./quiet-reason-service.js";
import { SilenceBulkResolver } from "./silence-bulk-resolver.js";
import { SilenceBulkSelection } from "./silence-bulk-selection.js";
import { SilenceBulkWriter } from "./silence-bulk-writer.js";
import { SilenceDrafts } from "./silence-drafts.js";
import { SilenceEnds } from "./silence-ends.js";
import { SilenceEvent } from "./silence-event.js";
import { SilenceEventResolver, silenceEventsTopic } from "./silence-event-resolver.js";
import { SilenceEventService, type SilenceEventsArguments } from "./silence-event-service.js";
import { SilenceLimits, type SilencesOfAcknowledgements } from "./silence-limits.js";
import { SilencePolicyResolver } from "./silence-policy-resolver.js";
import { SilencePolicyService } from "./silence-policy-service.js";
import { SilencedProjectResolver, SilencePreviewResolver } from "./silence-preview-resolver.js";
import { SilencePreviewService } from "./silence-preview-service.js";
import { SilenceProblems } from "./silence-problems.js";

import { AlertSilencesResolver, ProjectSilencesResolver, SilenceResolver } from "./silence-resolver.js";
import { SilenceSender } from "./silence-sender.js";
import { SilenceService } from "./silence-service.js";
import type { SilenceSettings } from "./silence-settings.js";
import { SilenceUsageResolver } from "./silence-usage-resolver.js";
import { SilenceWitness } from "./silence-witness.js";
import { SilenceWriter } from "./silence-writer.js";
import { SilencedRules } from "./silenced-rules.js";
import { SilencesOfProject } from "./silences-of-project.js";
import { StoredSilences } from "./stored-silences.js";

/** What silences are built over. */
export interface SilencesParts {
  readonly settings: SilenceSettings;
  readonly live: LiveAlerts;
  readonly alerts: AlertService;
  readonly projects: ProjectService;
  readonly limits: LimitService;
  readonly rules: RuleService;
  readonly globalRules: GlobalRuleService;
  readonly acknowledgements: SilencesOfAcknowledgements;
  readonly acknowledgementOf: AcknowledgementOf;
  readonly writes: WriteAhead;
  readonly log: Pick<Log, "warn">;
  readonly now: () => Date;
  /** Names this run of this server, before the revisions that it tells. */
  readonly server: string;
  /** How much matching, in points of cost, one operation may take. */
  readonly mostMatching: number;
  /** Told when a subscriber was too slow for the changes. */
  readonly onResync: (subscription: string) => void;
}

/** The silences of the Alertmanagers. */
export interface SilencesDomain extends GraphPart<Caller> {
  readonly service: SilenceService;
  readonly witness: Witness;
  readonly ofProjects: SilencesOfProject;
}

/** Builds the domain of silences. */
export function makeSilences(parts: SilencesParts): SilencesDomain {
  const { live, alerts, projects, writes, now, server, mostMatching, onResync } = parts;
  const service = new SilenceService(live, alerts, projects);
  const limits = new SilenceLimits(live, projects, parts.limits, parts.acknowledgements);
  const drafts = new SilenceDrafts(service, projects, live);
  const stored = new StoredSilences(service, live);
  const sender = new SilenceSender(service, live, writes);
  const policy = new SilencePolicyService(parts.settings, service, now);
  const ends = new SilenceEnds(policy, now);
  const writer = new SilenceWriter(drafts, stored, limits, policy, ends, sender, writes, now);
  const bulkSelection = new SilenceBulkSelection(service);
  const bulkWriter = new SilenceBulkWriter(service, bulkSelection, stored, ends, sender, live, writes);
  const problems = new SilenceProblems(service, policy);
  const previews = new SilencePreviewService(service, drafts, policy, problems, alerts);
  const feed = new EventFeed<HeldSilence, SilenceEvent>({
    makeEvent: (told) => new SilenceEvent({ ...told, lastSyncAt: live.lastSyncAt }),
    mostMatching,
    onResync: () => onResync(silenceEventsTopic),
  });
  const events = new SilenceEventService(live, projects, feed, server);
  return {
    service,
    witness: new SilenceWitness(live),
    ofProjects: new SilencesOfProject(live, bulkWriter, parts.acknowledgements, parts.log),
    resolvers: [
      new SilenceResolver(service, writer),
      new SilenceBulkResolver(bulkWriter),
      new AlertSilencesResolver(service),
      new ProjectSilencesResolver(service),
      new SilenceUsageResolver(limits),
      new SilencePolicyResolver(policy),
      new SilencePreviewResolver(previews, new SilencedRules(projects, parts.rules, parts.globalRules)),
      new SilencedProjectResolver(projects),
      new SilenceEventResolver(),
      new QuietReasonResolver(new QuietReasonService(live, alerts, service, parts.acknowledgementOf)),
    ],
    streams: {
      [silenceEventsTopic]: (caller: Caller, args: SilenceEventsArguments) => events.events(caller, args),
    },
    nodes: [
      { prefix: "sil", isWellFormed: (id) => uuidIn(id) !== null, find: (caller, id) => service.find(caller, id) },
    ],
  };
}
