import type { ClusterHealth } from "../cluster.js";

/** When each Alertmanager cluster was last read, as far as that was noted: at an event, what was noted is from before it. */
export class ClusterReadings {
  readonly #readAtMs = new Map<string, number>();

  constructor(private readonly health: () => readonly ClusterHealth[]) {}

  /** Notes it; to be called every second or so. */
  note(): void {
    for (const { name, lastSyncAt } of this.health()) {
      if (lastSyncAt !== null) this.#readAtMs.set(name, lastSyncAt.getTime());
    }
  }

  /** When the last of these clusters was read; negative infinity when none ever was. */
  lastOf(clusters: readonly string[]): number {
    return Math.max(...clusters.map((name) => this.#readAtMs.get(name) ?? Number.NEGATIVE_INFINITY));
  }

  /** All that was noted, by the clusters' names. */
  get all(): ReadonlyMap<string, number> {
    return new Map(this.#readAtMs);
  }

  /**
   * As it is now: whether each of some clusters was read since, and each of its members was tried. Then what they are not
   * known to hold, they do not hold. One that is no longer in the settings holds nothing.
   */
  now(): (clusters: readonly string[], sinceMs: number) => boolean {
    const readAtMs = new Map(
      this.health().map(({ name, lastSyncAt, members }) => {
        const isTried = members.every(({ reachable, error }) => reachable || error !== null);
        return [name, isTried && lastSyncAt !== null ? lastSyncAt.getTime() : Number.NEGATIVE_INFINITY];
      }),
    );
    return (clusters, sinceMs) => clusters.every((name) => (readAtMs.get(name) ?? Number.POSITIVE_INFINITY) > sinceMs);
  }
}
