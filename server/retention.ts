import { setTimeout as delay } from "node:timers/promises";
import type { ApiTokenRepository } from "./access/api-token-repository.js";
import type { Caller } from "./access/caller.js";
import type { AlertHistorySettings } from "./alerts/history/alert-history-settings.js";
import { dayOf } from "./alerts/history/episode-days.js";
import type { EpisodeRecordRepository } from "./alerts/history/episode-record-repository.js";
import type { AuditRepository } from "./audit/audit-repository.js";
import type { AuditSettings } from "./audit/audit-settings.js";
import type { ChangeLog } from "./audit/change-log.js";
import { Daily } from "./core/daily.js";
import type { Database } from "./core/database/database.js";
import type { Log } from "./core/log.js";
import { serverItself } from "./own-callers.js";
import type { GraceTime } from "./projects/grace-time.js";
import type { ProjectPurge } from "./projects/project-purge.js";
import type { SecretCare } from "./secret-care.js";
import type { AcknowledgementRepository } from "./silences/acknowledgements/acknowledgement-repository.js";

/** What was removed because it was older than is kept. */
export interface Pruned {
  readonly before: Date;
  readonly entries: number;
  readonly secrets: number;
  readonly apiTokens: number;
  readonly acknowledgements: number;
}

const dayMs = 86_400_000;
/** Deleted in one transaction, for which writers wait. */
const batchSize = 500;
/** Between two of them, so that writers come first. */
const pauseMs = 50;

/** Removes what the change log is to remember no longer, tokens and acknowledgements that ended before that, and secrets that only it referred to. */
export class Retention {
  constructor(
    private readonly settings: AuditSettings,
    private readonly database: Database,
    private readonly entries: AuditRepository,
    private readonly tokens: ApiTokenRepository,
    private readonly acknowledgements: AcknowledgementRepository,
    private readonly secrets: SecretCare,
    private readonly grace: GraceTime,
    private readonly changes: ChangeLog,
    private readonly now: () => Date,
  ) {}

  /** Null when everything is kept for ever, or another server is at it. What was removed is noted in the change log. */
  async prune(caller: Caller, stopped?: AbortSignal): Promise<Pruned | null> {
    const { retentionDays } = this.settings;
    if (retentionDays === 0) return null;
    const before = new Date(this.now().getTime() - retentionDays * dayMs);
    return this.database.maintain("prune", async () => {
      const entries = await inBatches((most) => this.entries.removeBefore(before, this.grace.beginsAt, most), stopped);
      const apiTokens = await inBatches((most) => this.tokens.removeEndedBefore(before, most), stopped);
      const acknowledgements = await inBatches(
        (most) => this.acknowledgements.removeEndedBefore(before, most),
        stopped,
      );
      const secrets = stopped?.aborted ? 0 : await this.secrets.prune(before);
      const pruned = { before, entries, secrets, apiTokens, acknowledgements };
      if (entries + apiTokens + acknowledgements + secrets > 0) await this.#note(caller, pruned);
      return pruned;
    });
  }

  #note(caller: Caller, { before, ...counts }: Pruned): Promise<void> {
    const subject = { entityType: "ChangeLog", entityId: "change-log", projectId: null };
    const removed = { olderThan: before.toISOString(), ...counts };
    return this.changes.note(caller, [{ action: "DELETE", ...subject, before: removed, after: null }], null);
  }
}

/** Removes what fired and resolved longer ago than is kept. */
export class HistoryRetention {
  constructor(
    private readonly settings: AlertHistorySettings,
    private readonly database: Database,
    private readonly records: EpisodeRecordRepository,
    private readonly now: () => Date,
  ) {}

  /** Answers how many were removed; null when another server is at it. */
  async prune(stopped?: AbortSignal): Promise<number | null> {
    const before = new Date(this.now().getTime() - this.settings.retentionDays * dayMs);
    return this.database.maintain("prune-history", async () => {
      await this.records.removeDaysBefore(dayOf(before));
      return inBatches((most) => this.records.removeBefore(before, most), stopped);
    });
  }
}

async function inBatches(remove: (most: number) => Promise<number>, stopped: AbortSignal | undefined): Promise<number> {
  for (let removed = 0; ; await delay(pauseMs)) {
    const count = stopped?.aborted ? 0 : await remove(batchSize);
    removed += count;
    if (count < batchSize) return removed;
  }
}

/** Prunes once a day, and tells the log what was removed. */
export function dailyPruning(
  purge: ProjectPurge,
  retention: Retention,
  history: HistoryRetention,
  log: Pick<Log, "info" | "error">,
  random: () => number,
): Daily {
  const onError = (error: unknown) =>
    log.error({ err: error }, "Old entries of the change log, or what is left of deleted projects, cannot be removed");
  return new Daily(
    async (stopped) => {
      const projects = await purge.run(serverItself, stopped).catch(onError);
      if (projects) log.info({ projects }, "Removed what was left of deleted projects whose grace time is over");
      const pruned = await retention.prune(serverItself, stopped).catch(onError);
      if (pruned) log.info(pruned, "Removed old entries of the change log");
      const episodes = await history.prune(stopped);
      if (episodes) log.info({ episodes }, "Removed old entries of the history of alerts");
    },
    {
      random,
      onError: (error) => log.error({ err: error }, "Old entries of the history of alerts cannot be removed"),
    },
  );
}
