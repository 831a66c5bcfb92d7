import { isDeepStrictEqual } from "node:util";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import type { AlertmanagerGroup } from "../clients/upstreams.js";
import { NotFoundError } from "../core/errors.js";
import { Alert } from "./alert.js";
import { type AlertChange, AlertSnapshot, type LiveChanges, type SilenceChange } from "./alert-snapshot.js";
import { type Arrived, Cluster, type ClusterHealth, type PollOptions } from "./cluster.js";
import { type Changed, ClusterMember } from "./cluster-member.js";
import { AnswerReading } from "./reading/answer-reading.js";
import type { RoutingConfig } from "./reading/routing-config.js";

/** How to watch. */
export interface LiveOptions extends PollOptions {
  /** `reading/reading-worker.js`, as it was built. */
  readonly readingWorker: URL;
}

/** Told of each change, with the snapshot after it. */
export type LiveListener = (changes: LiveChanges, snapshot: AlertSnapshot) => void;

// Who asks right after the start waits so long for the first answers.
const firstPatienceMs = 2_000;

/** Watches all Alertmanager clusters and holds in memory what they hold. */
export class LiveAlerts {
  readonly #clusters: readonly Cluster[];
  readonly #reading: AnswerReading;
  readonly #listeners = new Set<LiveListener>();
  #snapshot = AlertSnapshot.nothing;
  #heard = 0;
  #first: Promise<unknown> = Promise.resolve();

  constructor(
    clusters: readonly AlertmanagerGroup[],
    private readonly options: LiveOptions,
  ) {
    this.#reading = new AnswerReading(options.readingWorker);
    this.#clusters = clusters.map(({ name: cluster, members }) => {
      const polled = members.map(
        ({ name, client, server, limits }) =>
          new ClusterMember(name, client, { id: `${cluster}/${name}`, server, limits }, this.#reading, options.now),
      );
      return new Cluster(cluster, polled, options, (changed) => this.#take(changed));
    });
  }

  /** Begins to watch. */
  start(): void {
    const started = Promise.all(this.#clusters.map((cluster) => cluster.start()));
    const patience = new Promise((resolve) => setTimeout(resolve, firstPatienceMs).unref());
    this.#first = Promise.race([started, patience]);
  }

  /** Stops watching; requests under way are broken off. */
  async stop(): Promise<void> {
    await Promise.all(this.#clusters.map((cluster) => cluster.stop()));
    await this.#reading.stop();
  }

  /** What the clusters held when they were last read; null when none has ever answered. Never asks, never rejects. */
  async snapshot(): Promise<AlertSnapshot | null> {
    await this.#first;
    return this.current;
  }

  /** The same, without waiting for the first answers. */
  get current(): AlertSnapshot | null {
    const { alerts, silences } = this.#snapshot.knows;
    return alerts || silences ? this.#snapshot : null;
  }

  /** Grows with each change, and whenever alerts are heard of again. */
  get version(): number {
    return this.#heard;
  }

  /** Calls `listener` at each change, before anybody can read it; returns how to end that. */
  onChange(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What each cluster's configuration does with alerts, in the order of the settings; null before it was read. */
  get routing(): readonly { readonly cluster: string; readonly config: RoutingConfig | null }[] {
    return this.#clusters.map(({ name, routing }) => ({ cluster: name, config: routing }));
  }

  /** The clusters in the order of the settings. */
  get health(): readonly ClusterHealth[] {
    return this.#clusters.map((cluster) => cluster.health);
  }

  /** When the cluster that was read the longest ago was last read; null when there is one that never was. */
  get lastSyncAt(): Date | null {
    const times = this.#clusters.map(({ lastSyncAt }) => lastSyncAt?.getTime() ?? null);
    return times.includes(null) || times.length === 0 ? null : new Date(Math.min(...times.map(Number)));
  }

  /** Lets `work` read from a member of the cluster; rejects with what `work` rejected with. */
  async ask<T>(cluster: string, work: (client: AlertmanagerClient) => Promise<T>): Promise<T> {
    return this.#cluster(cluster).ask(work);
  }

  /**
   * Lets `work` write to a member of the cluster; when this resolves, `snapshot()` shows what was written, and the other
   * members that answer have it, as far as `arrived` can tell. Rejects with what `work` rejected with.
   */
  async write<T>(cluster: string, work: (client: AlertmanagerClient) => Promise<T>, arrived?: Arrived<T>): Promise<T> {
    return this.#cluster(cluster).write(work, arrived);
  }

  #cluster(name: string): Cluster {
    const cluster = this.#clusters.find((one) => one.name === name);
    if (cluster === undefined) throw new NotFoundError("Alertmanager cluster");
    return cluster;
  }

  #take({ alerts, silences, touched }: Changed): void {
    if (alerts.length + silences.length + touched.length > 0) this.#heard++;
    for (const [fingerprint, updatedAtMs, endsAtMs] of touched) {
      this.#snapshot.alert(fingerprint)?.touch(updatedAtMs, endsAtMs);
    }
    const changes: LiveChanges = {
      alerts: [...this.#withInhibited(alerts)].flatMap((fingerprint) => this.#alertChange(fingerprint) ?? []),
      silences: [...new Set(silences)].flatMap((id) => this.#silenceChange(id) ?? []),
    };
    const known = this.#clusters.map(({ content }) => content.knows);
    const knows = { alerts: known.some((one) => one.alerts), silences: known.some((one) => one.silences) };
    const isSame = changes.alerts.length + changes.silences.length === 0;
    if (isSame && isDeepStrictEqual(knows, this.#snapshot.knows)) return;
    this.#snapshot = this.#snapshot.with(changes, knows);
    for (const listener of this.#listeners) this.#tell(listener, changes);
  }

  #tell(listener: LiveListener, changes: LiveChanges): void {
    try {
      listener(changes, this.#snapshot);
    } catch (error) {
      this.options.onError(error);
    }
  }

  /** These alerts, and those that one of them kept quiet which is gone: of another that does Alertmanager may have told before. */
  #withInhibited(fingerprints: readonly string[]): ReadonlySet<string> {
    const gone = new Set(fingerprints.filter((fingerprint) => !this.#isHeld(fingerprint)));
    const all = new Set(fingerprints);
    if (gone.size === 0) return all;
    for (const { fingerprint, inhibitors } of this.#snapshot.alerts) {
      if (inhibitors.some((inhibitor) => gone.has(inhibitor))) all.add(fingerprint);
    }
    return all;
  }

  #isHeld(fingerprint: string): boolean {
    return this.#clusters.some(({ content }) => content.alert(fingerprint) !== undefined);
  }

  #alertChange(fingerprint: string): AlertChange | null {
    const before = this.#snapshot.alert(fingerprint) ?? null;
    const held = this.#clusters.flatMap(({ name, content }) => {
      const alert = content.alert(fingerprint);
      return alert === undefined ? [] : [{ cluster: name, alert }];
    });
    const after = held.length === 0 ? null : new Alert(held);
    if (before === null) return after && { before, after };
    if (after === null) return { before, after };
    // Of several that keep it quiet Alertmanager tells of any one, another at each time.
    const areThere = before.inhibitors.every((inhibitor) => this.#isHeld(inhibitor));
    if (before.isLike(after) && (areThere || isDeepStrictEqual(before.inhibitors, after.inhibitors))) {
      before.touch(after.updatedAt.getTime(), after.endsAt.getTime());
      return null;
    }
    after.touch(before.updatedAt.getTime(), before.endsAt.getTime());
    return { before, after };
  }

  #silenceChange(id: string): SilenceChange | null {
    const before = this.#snapshot.silence(id) ?? null;
    for (const { name, content } of this.#clusters) {
      const silence = content.silence(id);
      if (silence === undefined) continue;
      const after = { cluster: name, silence };
      return isDeepStrictEqual(before, after) ? null : { before, after };
    }
    return before && { before, after: null };
  }
}
