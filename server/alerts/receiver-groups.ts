import type { LiveAlerts } from "./live-alerts.js";
import type { GroupBy, RoutingConfig } from "./reading/routing-config.js";

/** Of a receiver that no configuration was read of. */
const otherwise: GroupBy = ["project", "alertname"];

/** By which labels the Alertmanagers group what they send to a receiver. */
export class ReceiverGroups {
  #version = 0;
  #configs: readonly (RoutingConfig | null)[] = [];

  constructor(private readonly live: LiveAlerts) {}

  /** Grows when what `labelsOf` answers may have changed. */
  get version(): number {
    const configs = this.live.routing.map(({ config }) => config);
    if (configs.length === this.#configs.length && configs.every((config, index) => config === this.#configs[index])) {
      return this.#version;
    }
    this.#configs = configs;
    return ++this.#version;
  }

  labelsOf(receiver: string): GroupBy {
    for (const { config } of this.live.routing) {
      const labels = config?.groupBy.get(receiver);
      if (labels !== undefined) return labels;
    }
    return otherwise;
  }
}
