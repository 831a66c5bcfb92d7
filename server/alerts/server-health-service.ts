import type { Caller } from "../access/caller.js";
import type { PrometheusView, ServerHealth } from "../clients/prometheus-view.js";
import type { ClusterHealth } from "./cluster.js";
import type { LiveAlerts } from "./live-alerts.js";

/** Tells everybody who reads anything how the servers behind it do: stale data must be seen to be stale. */
export class ServerHealthService {
  constructor(
    private readonly live: LiveAlerts,
    private readonly prometheus: PrometheusView,
  ) {}

  alertmanagers(caller: Caller): readonly ClusterHealth[] {
    caller.requireAnywhere("project.read");
    return this.live.health;
  }

  prometheusServers(caller: Caller): Promise<readonly ServerHealth[]> {
    caller.requireAnywhere("project.read");
    return this.prometheus.servers(caller.request.signal);
  }
}
