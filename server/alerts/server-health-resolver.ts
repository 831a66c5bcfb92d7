import { Ctx, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { AlertmanagerCluster, PrometheusServer } from "./server-health.js";
import type { ServerHealthService } from "./server-health-service.js";

/** The servers behind the graph. */
@Resolver()
export class ServerHealthResolver {
  constructor(private readonly service: ServerHealthService) {}

  @Query(() => [AlertmanagerCluster], { description: "The Alertmanager clusters that alerts and silences come from." })
  alertmanagers(@Ctx() caller: Caller) {
    return this.service.alertmanagers(caller);
  }

  @Query(() => [PrometheusServer], { description: "The Prometheus servers that targets and rule health come from." })
  prometheusServers(@Ctx() caller: Caller) {
    return this.service.prometheusServers(caller);
  }
}
