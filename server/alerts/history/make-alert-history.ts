import type { Caller } from "../../access/caller.js";
import type { ProjectNames } from "../../access/identity.js";
import type { Database } from "../../core/database/database.js";
import { Lease } from "../../core/database/lease.js";
import { LeaseRepository } from "../../core/database/lease-repository.js";
import type { Log } from "../../core/log.js";
import { type GraphPart, storedNodes } from "../../graph/graph-part.js";
import type { ProjectService } from "../../projects/project-service.js";
import type { AlertService } from "../alert-service.js";
import type { LiveAlerts } from "../live-alerts.js";
import { AlertEpisodeRepository } from "./alert-episode-repository.js";
import { AlertEpisodesResolver, AlertHistoryResolver, ProjectAlertHistoryResolver } from "./alert-history-resolver.js";
import { AlertHistoryService } from "./alert-history-service.js";
import type { AlertHistorySettings } from "./alert-history-settings.js";
import { ClusterReadings } from "./cluster-readings.js";
import { EpisodeBook } from "./episode-book.js";
import { EpisodeDays } from "./episode-days.js";
import { EpisodeRecordRepository } from "./episode-record-repository.js";
import { EpisodeRecorder } from "./episode-recorder.js";

/** What the history of alerts is built over. */
export interface AlertHistoryParts {
  readonly settings: AlertHistorySettings;
  readonly database: Database;
  readonly live: LiveAlerts;
  readonly alerts: AlertService;
  readonly projects: ProjectService;
  readonly projectNames: ProjectNames;
  /** Between two reads of the Alertmanagers. */
  readonly intervalMs: number;
  readonly log: Pick<Log, "warn" | "error">;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** What fired and resolved. */
export interface AlertHistoryDomain extends GraphPart<Caller> {
  readonly recorder: EpisodeRecorder;
  readonly records: EpisodeRecordRepository;
}

/** After so long another server goes on where the one that recorded is no longer heard of. */
const leaseMs = 15_000;
/** A cluster that was not read for a minute, or for five times the interval of its settings, was not watched. */
const leastUnwatchedMs = 60_000;
const unwatchedIntervals = 5;

/** Builds the history of alerts. */
export function makeAlertHistory(parts: AlertHistoryParts): AlertHistoryDomain {
  const { settings, database, live, alerts, projects, projectNames, intervalMs, log, now, randomBytes } = parts;
  const readings = new ClusterReadings(() => live.health);
  const records = new EpisodeRecordRepository(database);
  const recorder = new EpisodeRecorder({
    live,
    readings,
    book: new EpisodeBook(readings, Math.max(leastUnwatchedMs, unwatchedIntervals * intervalMs)),
    days: new EpisodeDays(settings.mostPerProjectAndDay),
    repository: records,
    projects: projectNames,
    lease: new Lease(new LeaseRepository(database), {
      name: "alert-history",
      holder: randomBytes(15).toString("base64url"),
      durationMs: leaseMs,
    }),
    log,
    now,
  });
  const service = new AlertHistoryService(new AlertEpisodeRepository(database), projects, alerts, now);
  return {
    recorder,
    records,
    resolvers: [
      new AlertHistoryResolver(service),
      new ProjectAlertHistoryResolver(service),
      new AlertEpisodesResolver(service),
    ],
    nodes: [storedNodes("alh", (caller, id) => service.find(caller, id))],
  };
}
