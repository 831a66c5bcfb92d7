import type { Labels } from "../core/labels.js";
import { dateOf, type Known, type Seen, seenBy, worstOf } from "./merge-replicas.js";
import type { ScrapedTarget } from "./prometheus-client.js";

/** The discovered label, set by the configurator, that names the scrape job (its id) that a target belongs to. */
export const scrapeJobLabel = "__metricsinfra_scrape_job";

/** The name that the configurator gives the scrape config of a job whose targets Prometheus discovers, with the job's id. */
const discoveringJob = /^metricsinfra\/[^/]+\/(job_[0-9a-z]+)\/openstack$/;

/** One target over all Prometheus servers that scrape it. */
export interface LiveTarget {
  readonly scrapeJobId: string;
  readonly instance: string;
  readonly scrapeUrl: string;
  readonly labels: Labels;
  /** DOWN as soon as one server says so; UNKNOWN before the first scrape. */
  readonly health: ScrapedTarget["health"];
  /** This and what follows is of the server that decided the health. */
  readonly lastError: string | null;
  readonly lastScrapeAt: Date | null;
  readonly lastScrapeDurationSeconds: number | null;
  readonly replicas: readonly LiveTargetReplica[];
}

/** One target as one Prometheus sees it. */
export interface LiveTargetReplica {
  readonly prometheus: string;
  readonly health: ScrapedTarget["health"];
  readonly lastError: string | null;
  readonly lastScrapeAt: Date | null;
}

type Target = Omit<ScrapedTarget, "discoveredLabels" | "scrapePool">;

/** The targets of one Prometheus by scrape job id. */
export type ReplicaTargets = ReadonlyMap<string, readonly Target[]>;

/** Sorts one Prometheus's targets by scrape job; those that are not of our making are left out. */
export function targetsByScrapeJob(targets: readonly ScrapedTarget[]): ReplicaTargets {
  const jobs = new Map<string, Target[]>();
  for (const { discoveredLabels, scrapePool, ...target } of targets) {
    const job = discoveredLabels[scrapeJobLabel] ?? discoveringJob.exec(scrapePool ?? "")?.[1];
    if (job === undefined) continue;
    const list = jobs.get(job);
    if (list) list.push(target);
    else jobs.set(job, [target]);
  }
  return jobs;
}

/** The targets of all scrape jobs at one moment. */
export class LiveTargets {
  constructor(private readonly servers: readonly Known<ReplicaTargets>[]) {}

  /** The targets of a scrape job, by instance; empty when no Prometheus knows the job. */
  of(scrapeJobId: string): readonly LiveTarget[] {
    const byTarget = new Map<string, Seen<Target>[]>();
    for (const { prometheus, thing } of seenBy(this.servers, (jobs) => jobs.get(scrapeJobId))) {
      for (const target of thing) {
        const key = JSON.stringify([target.labels.instance, target.scrapeUrl]);
        byTarget.set(key, [...(byTarget.get(key) ?? []), { prometheus, thing: target }]);
      }
    }
    return [...byTarget.values()].flatMap((seen) => merge(scrapeJobId, seen) ?? []).sort(byInstance);
  }
}

const rank = { DOWN: 0, UP: 1, UNKNOWN: 2 } as const;

function merge(scrapeJobId: string, seen: readonly Seen<Target>[]): LiveTarget | undefined {
  const worst = worstOf(seen, ({ health }) => rank[health]);
  return (
    worst && {
      scrapeJobId,
      instance: worst.labels.instance ?? "",
      scrapeUrl: worst.scrapeUrl,
      labels: worst.labels,
      health: worst.health,
      lastError: worst.lastError,
      lastScrapeAt: dateOf(worst.lastScrapeAtMs),
      lastScrapeDurationSeconds: worst.lastScrapeDurationSeconds,
      replicas: seen.map(({ prometheus, thing: { health, lastError, lastScrapeAtMs } }) => ({
        prometheus,
        health,
        lastError,
        lastScrapeAt: dateOf(lastScrapeAtMs),
      })),
    }
  );
}

function byInstance(a: LiveTarget, b: LiveTarget): number {
  return compare(a.instance, b.instance) || compare(a.scrapeUrl, b.scrapeUrl);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
