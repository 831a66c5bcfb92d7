import type { LiveAlerts } from "../../alerts/live-alerts.js";
import { UpstreamUnavailableError } from "../../core/errors.js";

/**
 * Tells which Alertmanagers have been up for long enough to know all alerts: one that was started knows none before each
 * Prometheus has sent it what fires, which takes as long as the rules' intervals.
 */
export class WarmAlertmanagers {
  constructor(
    private readonly live: LiveAlerts,
    private readonly warmUpMs: number,
    private readonly now: () => Date,
  ) {}

  /** Those of the clusters whose member that is read is one, and answers. */
  async among(clusters: Iterable<string>): Promise<ReadonlySet<string>> {
    const names = [...new Set(clusters)];
    const verdicts = await Promise.all(names.map((name) => this.#isWarm(name)));
    return new Set(names.filter((_, index) => verdicts[index]));
  }

  async #isWarm(cluster: string): Promise<boolean> {
    try {
      const { startedAtMs } = await this.live.ask(cluster, (client) => client.status());
      return startedAtMs !== null && this.now().getTime() - startedAtMs >= this.warmUpMs;
    } catch (error) {
      if (!(error instanceof UpstreamUnavailableError)) throw error;
      return false;
    }
  }
}
