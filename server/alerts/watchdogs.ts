import type { Log } from "../core/log.js";
import { labelValue } from "../core/matcher.js";
import { Repeated } from "../core/repeated.js";
import type { Alert } from "./alert.js";
import type { LiveAlerts } from "./live-alerts.js";
import type { Watchdog } from "./watchdog.js";
import { WatchdogSight } from "./watchdog-sight.js";

/** Which watchdogs are to be there, and from when on they count as absent. */
export interface WatchdogOptions {
  readonly names: readonly string[];
  readonly absentAfterMs: number;
  /** Between two looks. */
  readonly intervalMs: number;
  readonly log: Pick<Log, "info" | "warn" | "error">;
}

interface Watched {
  readonly name: string;
  readonly cluster: string;
  readonly sight: WatchdogSight;
}

/**
 * Looks at whether each Alertmanager cluster holds the watchdog of each Prometheus, and remembers when it did. They are
 * alerts without a project, and no project can make such: its rules put its name on all of theirs.
 */
export class Watchdogs {
  readonly #watched: readonly Watched[];
  readonly #looking: Repeated;
  readonly #externalLabels = new Set<string>();
  /** Those whose absence was told and that have not been seen since. */
  readonly #missed = new Set<string>();
  #readings: readonly Watchdog[] = [];

  constructor(
    private readonly live: LiveAlerts,
    private readonly options: WatchdogOptions,
  ) {
    const { names, absentAfterMs, intervalMs, log } = options;
    this.#watched = names.flatMap((name) =>
      live.health.map((cluster) => ({ name, cluster: cluster.name, sight: new WatchdogSight(absentAfterMs) })),
    );
    // Before anybody can read it: whatever is asked of an alert with them needs their names.
    live.onChange(({ alerts }) => {
      for (const { after } of alerts) if (after !== null && isWatchdog(after)) this.#learnLabels(after);
    });
    this.#looking = new Repeated(() => this.look(), {
      firstMs: () => 0,
      nextMs: () => intervalMs,
      onError: (error) => log.error({ err: error }, "The watchdogs cannot be looked at"),
    });
  }

  /** Begins to look. */
  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
  }

  /** What the last look has shown, by Prometheus and cluster in the order of the settings. */
  get readings(): readonly Watchdog[] {
    return this.#readings;
  }

  /** The names of the labels that Prometheus servers add to the alerts that they send: the rule gives a watchdog no others. */
  get externalLabels(): ReadonlySet<string> {
    return this.#externalLabels;
  }

  /** Looks again, at what was last read of the clusters. */
  async look(): Promise<readonly Watchdog[]> {
    const snapshot = await this.live.snapshot();
    const alerts = (snapshot?.alertsOfProject("") ?? []).filter(isWatchdog);
    const heard = heardIn(alerts);
    const clusters = new Map(this.live.health.map((health) => [health.name, health]));
    this.#readings = this.#watched.map(({ name, cluster, sight }) => {
      const { reachable = false, lastSyncAt = null } = clusters.get(cluster) ?? {};
      if (lastSyncAt !== null) sight.see(lastSyncAt.getTime(), heard.get(keyOf(name, cluster)) ?? null);
      return { name, cluster, ...sight.reading(reachable) };
    });
    for (const reading of this.#readings) this.#tell(reading);
    return this.#readings;
  }

  #learnLabels({ labels }: Alert): void {
    for (const name of Object.keys(labels)) if (!ownLabels.has(name)) this.#externalLabels.add(name);
  }

  #tell({ name, cluster, state, lastSeenAt }: Watchdog): void {
    const about = { watchdog: name, cluster, lastSeenAt };
    const key = keyOf(name, cluster);
    if (state === "ABSENT" && !this.#missed.has(key)) {
      this.#missed.add(key);
      this.options.log.warn(about, "A watchdog is absent: alerts of its Prometheus do not arrive");
    } else if (state === "OK" && this.#missed.delete(key)) this.options.log.info(about, "A watchdog is back");
  }
}

/** What the agents' rule gives it. */
const ownLabels: ReadonlySet<string> = new Set(["alertname", "severity", "watchdog"]);

function isWatchdog({ name, labels }: Alert): boolean {
  return name === "Watchdog" && labelValue(labels, "watchdog") !== "" && labelValue(labels, "project") === "";
}

/**
 * When each cluster last heard of each watchdog that it holds. With several clusters that is when any of them did: one that
 * is told no more is found out once its Alertmanagers drop the alert, four evaluations later.
 */
function heardIn(alerts: readonly Alert[]): ReadonlyMap<string, number> {
  const heard = new Map<string, number>();
  for (const { labels, clusters, updatedAt } of alerts) {
    for (const cluster of clusters) {
      const key = keyOf(labelValue(labels, "watchdog"), cluster);
      heard.set(key, Math.max(heard.get(key) ?? 0, updatedAt.getTime()));
    }
  }
  return heard;
}

// Names hold no "/".
function keyOf(watchdog: string, cluster: string): string {
  return `${watchdog}/${cluster}`;
}
