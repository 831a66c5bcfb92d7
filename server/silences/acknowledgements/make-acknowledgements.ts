import type { Caller } from "../../access/caller.js";
import type { AlertService } from "../../alerts/alert-service.js";
import type { LiveAlerts } from "../../alerts/live-alerts.js";
import type { ChangeLog } from "../../audit/change-log.js";
import type { Database } from "../../core/database/database.js";
import { Lease } from "../../core/database/lease.js";
import { LeaseRepository } from "../../core/database/lease-repository.js";
import type { Log } from "../../core/log.js";
import { Repeated } from "../../core/repeated.js";
import { type GraphPart, storedNodes } from "../../graph/graph-part.js";
import type { LimitService } from "../../projects/limit-service.js";
import type { ProjectContents } from "../../projects/project-contents.js";
import type { ProjectService } from "../../projects/project-service.js";
import type { AcknowledgementOf } from "../quiet-reason-service.js";
import type { SilencesOfAcknowledgements } from "../silence-limits.js";
import { AcknowledgementEditor } from "./acknowledgement-editor.js";
import { AcknowledgementLimits } from "./acknowledgement-limits.js";
import { AcknowledgementRepository } from "./acknowledgement-repository.js";
import {
  AcknowledgementResolver,
  AcknowledgementUsageResolver,
  AlertAcknowledgementResolver,
  GroupAcknowledgementResolver,
  ProjectAcknowledgementsResolver,
} from "./acknowledgement-resolver.js";
import { AcknowledgementService } from "./acknowledgement-service.js";
import type { AcknowledgementSettings } from "./acknowledgement-settings.js";
import { AcknowledgementSilencing } from "./acknowledgement-silencing.js";
import { AcknowledgementStore } from "./acknowledgement-store.js";
import { AcknowledgementUpkeep } from "./acknowledgement-upkeep.js";
import { AcknowledgementWriter } from "./acknowledgement-writer.js";
import { AcknowledgementsOfProject } from "./acknowledgements-of-project.js";
import { ActiveAcknowledgements } from "./active-acknowledgements.js";
import { AlertsToAcknowledge } from "./alerts-to-acknowledge.js";
import { ManagedSilences } from "./managed-silences.js";
import { UpkeepJudgement } from "./upkeep-judgement.js";
import { WarmAlertmanagers } from "./warm-alertmanagers.js";

/** The acknowledgements as they are stored, and those in force in memory; alerts are built over them. */
export interface KnownAcknowledgements {
  readonly repository: AcknowledgementRepository;
  readonly active: ActiveAcknowledgements;
  /** Those of projects that are deleted. */
  readonly ofProjects: ProjectContents;
}

/** Makes what is known of acknowledgements, which is nothing before `active` is started. */
export function knowAcknowledgements(
  database: Database,
  log: Pick<Log, "warn">,
  now: () => Date,
): KnownAcknowledgements {
  const repository = new AcknowledgementRepository(database);
  const active = new ActiveAcknowledgements(repository, {
    isShared: !database.isSqlite,
    onError: (error) => log.warn({ err: error }, "Acknowledgements cannot be read"),
  });
  return { repository, active, ofProjects: new AcknowledgementsOfProject(repository, active, now) };
}

/** What acknowledgements are built over. */
export interface AcknowledgementsParts {
  readonly known: KnownAcknowledgements;
  readonly settings: AcknowledgementSettings;
  /** How often the Alertmanagers are read, and how long one may take to answer. */
  readonly upstreams: { readonly pollIntervalSeconds: number; readonly timeoutSeconds: number };
  readonly database: Database;
  readonly live: LiveAlerts;
  readonly alerts: AlertService;
  readonly projects: ProjectService;
  readonly limits: LimitService;
  readonly changes: ChangeLog;
  /** The server itself, which answers for what nobody asked for. */
  readonly caller: Caller;
  readonly log: Pick<Log, "warn" | "error">;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

/** The acknowledgements, and the work in the background that they need. */
export interface AcknowledgementsPart extends GraphPart<Caller> {
  readonly ofSilences: SilencesOfAcknowledgements;
  readonly ofAlert: AcknowledgementOf;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** When the server that has the lease is killed, another goes on after so long. */
const leaseMs = 10_000;

/** Builds the part of acknowledgements. */
export function makeAcknowledgements(parts: AcknowledgementsParts): AcknowledgementsPart {
  const { settings, upstreams, database, live, alerts, projects, changes, caller, log, now, random } = parts;
  const { repository, active } = parts.known;
  const store = new AcknowledgementStore(database, repository, active, changes, now);
  const silences = new ManagedSilences(live, settings.silenceSeconds * 1_000, now);
  const pollMs = upstreams.pollIntervalSeconds * 1_000;
  // After two readings, and the last write that was under way then, the upkeep makes what is missing: nothing twice.
  const silencing = new AcknowledgementSilencing(live, silences, store, changes, Math.max(2_000, 2 * pollMs));
  const limits = new AcknowledgementLimits(repository, active, projects, parts.limits, now);
  const targets = new AlertsToAcknowledge(live, alerts);
  const service = new AcknowledgementService(repository, active, live, alerts, projects);
  const shared = [settings, now] as const;
  const writer = new AcknowledgementWriter(targets, repository, store, active, silencing, limits, changes, ...shared);
  const editor = new AcknowledgementEditor(targets, repository, store, active, silencing, changes, ...shared);

  const lease = new Lease(new LeaseRepository(database), {
    name: "acknowledgement-upkeep",
    holder: parts.randomBytes(16).toString("hex"),
    durationMs: leaseMs,
  });
  const warm = new WarmAlertmanagers(live, settings.alertmanagerWarmUpSeconds * 1_000, now);
  // As long as a write may be under way, and two readings after it.
  const judgement = new UpkeepJudgement(repository, warm, upstreams.timeoutSeconds * 1_000 + 2 * pollMs);
  const upkeep = new AcknowledgementUpkeep({
    ...{ live, active, judgement, silences, silencing, store, lease, caller, log, now },
  });
  const upkeeping = new Repeated(() => upkeep.run(), {
    firstMs: () => pollMs,
    nextMs: () => (0.9 + 0.2 * random()) * pollMs,
    onError: (error) => log.error({ err: error }, "Acknowledgements cannot be kept up"),
  });
  return {
    ofAlert: (caller, alert) => service.ofAlert(caller, alert),
    ofSilences: {
      get revision() {
        return active.revision;
      },
      has: (silenceId) => active.ofSilence(silenceId) !== null,
      ofProject: (projectId) => repository.silencesOf(projectId),
    },
    start: async () => {
      await active.start();
      upkeeping.start();
    },
    stop: async () => {
      await upkeeping.stop();
      // What cannot be given up runs out.
      await lease.release().catch(() => undefined);
      await active.stop();
    },
    resolvers: [
      new AcknowledgementResolver(service, writer, editor),
      new AlertAcknowledgementResolver(service),
      new GroupAcknowledgementResolver(active),
      new ProjectAcknowledgementsResolver(service),
      new AcknowledgementUsageResolver(limits),
    ],
    nodes: [storedNodes("ack", (asking, id) => service.find(asking, id))],
  };
}
