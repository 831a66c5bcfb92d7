import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import type { AlertmanagerGroup } from "../clients/upstreams.js";
import { NotFoundError } from "../core/errors.js";
import { AlertSnapshot } from "./alert-snapshot.js";
import { ClusterMember } from "./cluster-member.js";
import { type ClusterHealth, ClusterPoller, type PollOptions } from "./cluster-poller.js";

// Who asks right after the start waits so long for the first answers.
const firstPatienceMs = 1_000;

/** Watches all Alertmanager clusters and holds in memory what they hold. */
export class LiveAlerts {
  readonly #pollers: readonly ClusterPoller[];
  #snapshot: AlertSnapshot | null = null;
  #first: Promise<unknown> = Promise.resolve();

  constructor(clusters: readonly AlertmanagerGroup[], options: PollOptions) {
    const forget = () => {
      this.#snapshot = null;
    };
    this.#pollers = clusters.map(({ name, members }) => {
      const polled = members.map((member) => new ClusterMember(member.name, member.client, options.now));
      return new ClusterPoller(name, polled, options, forget);
    });
  }

  /** Begins to watch. */
  start(): void {
    const started = Promise.all(this.#pollers.map((poller) => poller.start()));
    const patience = new Promise((resolve) => setTimeout(resolve, firstPatienceMs).unref());
    this.#first = Promise.race([started, patience]);
  }

  /** Stops watching; requests under way are broken off. */
  async stop(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.stop()));
  }

  /** What the clusters held when they were last read; null when none has ever answered. Never asks, never rejects. */
  async snapshot(): Promise<AlertSnapshot | null> {
    await this.#first;
    if (this.#snapshot !== null) return this.#snapshot;
    const known = this.#pollers.flatMap(({ name, content }) => (content === null ? [] : [{ name, content }]));
    if (known.length > 0) this.#snapshot = new AlertSnapshot(known);
    return this.#snapshot;
  }

  /** The clusters in the order of the settings. */
  get health(): readonly ClusterHealth[] {
    return this.#pollers.map((poller) => poller.health);
  }

  /** Lets `work` read from a member of the cluster; rejects with what `work` rejected with. */
  async ask<T>(cluster: string, work: (client: AlertmanagerClient) => Promise<T>): Promise<T> {
    return this.#poller(cluster).ask(work);
  }

  /**
   * Lets `work` write to a member of the cluster; when this resolves, `snapshot()` shows what was written. Rejects with
   * what `work` rejected with.
   */
  async write<T>(cluster: string, work: (client: AlertmanagerClient) => Promise<T>): Promise<T> {
    return this.#poller(cluster).write(work);
  }

  #poller(cluster: string): ClusterPoller {
    const poller = this.#pollers.find(({ name }) => name === cluster);
    if (poller === undefined) throw new NotFoundError("Alertmanager cluster");
    return poller;
  }
}
