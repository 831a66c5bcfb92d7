import { LiveLoads, type ReplicaLoads, readLoads } from "./live-loads.js";
import { LiveRules, type ReplicaRules, rulesById } from "./live-rules.js";
import { LiveSizes, type ReplicaSizes, readSizes } from "./live-sizes.js";
import { LiveTargets, type ReplicaTargets, targetsByScrapeJob } from "./live-targets.js";
import type { Known } from "./merge-replicas.js";
import type { PrometheusClient, PrometheusStatus } from "./prometheus-client.js";
import type { PrometheusStorage } from "./prometheus-storage.js";
import { SharedRead } from "./shared-read.js";

/** One Prometheus of the settings. */
export interface PrometheusReplica {
  readonly name: string;
  readonly client: PrometheusClient;
}

/** Whether a server behind the graph answers, and how fresh what is known of it is. */
export interface ServerHealth {
  readonly name: string;
  readonly reachable: boolean;
  /** When it last answered. */
  readonly lastSyncAt: Date | null;
  /** What went wrong at the last attempt; null when nothing did. */
  readonly error: string | null;
}

/** How long an answer of a Prometheus serves, and how long to wait for a newer one when an older is at hand. */
export interface PrometheusViewOptions {
  readonly maxAgeMs: number;
  readonly patienceMs?: number;
  readonly now: () => Date;
}

interface ReplicaReads {
  readonly name: string;
  readonly status: SharedRead<PrometheusStatus>;
  readonly targets: SharedRead<ReplicaTargets>;
  readonly rules: SharedRead<ReplicaRules>;
  readonly sizes: SharedRead<ReplicaSizes>;
  readonly loads: SharedRead<ReplicaLoads>;
  readonly storage: SharedRead<PrometheusStorage>;
}

/** What one Prometheus tells of its storage; null with the reason while it cannot be asked. */
export interface StorageReading {
  readonly name: string;
  readonly storage: PrometheusStorage | null;
  readonly error: string | null;
}

/**
 * What all Prometheus servers say of targets and rules now: read when somebody asks, once for all who ask within `maxAgeMs`.
 * Of a server that is down the last answer stays, and counts where no other server knows better.
 */
export class PrometheusView {
  readonly #replicas: readonly ReplicaReads[];

  constructor(replicas: readonly PrometheusReplica[], options: PrometheusViewOptions) {
    this.#replicas = replicas.map(({ name, client }) => ({
      name,
      status: new SharedRead((signal) => client.status(signal), options),
      targets: new SharedRead(async (signal) => targetsByScrapeJob(await client.targets(signal)), options),
      rules: new SharedRead(async (signal) => rulesById(await client.rules(signal)), options),
      sizes: new SharedRead((signal) => readSizes(client, signal), options),
      loads: new SharedRead((signal) => readLoads(client, signal), options),
      storage: new SharedRead((signal) => client.storage(signal), options),
    }));
  }

  /** The targets of all scrape jobs; null when no Prometheus has ever answered. Rejects only when `signal` ends. */
  async targets(signal?: AbortSignal): Promise<LiveTargets | null> {
    const known = await this.#known((replica) => replica.targets, signal);
    return known && new LiveTargets(known);
  }

  /** The rules as they were last evaluated; null when no Prometheus has ever answered. Rejects only when `signal` ends. */
  async rules(signal?: AbortSignal): Promise<LiveRules | null> {
    const known = await this.#known((replica) => replica.rules, signal);
    return known && new LiveRules(known);
  }

  /** What is largest in each project now; null when no Prometheus has ever answered. Rejects only when `signal` ends. */
  async sizes(signal?: AbortSignal): Promise<LiveSizes | null> {
    const known = await this.#known((replica) => replica.sizes, signal);
    return known && new LiveSizes(known);
  }

  /** What each project's targets bring now; null when no Prometheus has ever answered. Rejects only when `signal` ends. */
  async loads(signal?: AbortSignal): Promise<LiveLoads | null> {
    const known = await this.#known((replica) => replica.loads, signal);
    return known && new LiveLoads(known);
  }

  /** What each server tells of its storage now, in the order of the settings. Rejects only when `signal` ends. */
  storages(signal?: AbortSignal): Promise<readonly StorageReading[]> {
    return Promise.all(
      this.#replicas.map(async ({ name, storage }) => {
        const { value, error } = await storage.latest(signal);
        return { name, storage: error === null ? value : null, error };
      }),
    );
  }

  /** The servers in the order of the settings. Rejects only when `signal` ends. */
  servers(signal?: AbortSignal): Promise<readonly ServerHealth[]> {
    return Promise.all(
      this.#replicas.map(async ({ name, status, targets, rules }) => {
        const { error } = await status.latest(signal);
        const readings = [status, targets, rules].map((read) => read.reading);
        return {
          name,
          reachable: error === null,
          lastSyncAt: latestOf(readings.map(({ readAt }) => readAt)),
          error: error ?? readings.find((reading) => reading.error !== null)?.error ?? null,
        };
      }),
    );
  }

  async #known<T>(readOf: (replica: ReplicaReads) => SharedRead<T>, signal?: AbortSignal): Promise<Known<T>[] | null> {
    const readings = await Promise.all(
      this.#replicas.map(async (replica) => ({ prometheus: replica.name, ...(await readOf(replica).latest(signal)) })),
    );
    const known = readings.flatMap(({ prometheus, value, error }) =>
      value === null ? [] : [{ prometheus, value, current: error === null }],
    );
    return known.length === 0 ? null : known;
  }
}

function latestOf(times: readonly (Date | null)[]): Date | null {
  return times.reduce((latest, time) => (time !== null && (latest === null || time > latest) ? time : latest), null);
}
