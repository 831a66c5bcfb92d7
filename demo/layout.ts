import { join } from "node:path";

/** One service of the demo that listens. */
export interface Endpoint {
  readonly port: number;
  readonly url: string;
}

/** Where everything of one demo lies and listens: all on loopback, on eleven ports in a row, in one folder. */
export interface Layout {
  /** The checkout. */
  readonly root: string;
  /** All data, settings, secrets and logs of the demo; deleting it starts afresh. */
  readonly data: string;
  readonly server: Endpoint;
  readonly prometheus: Endpoint;
  readonly alertmanagers: readonly [Endpoint, Endpoint];
  /** The ports on which the two Alertmanagers gossip. */
  readonly gossip: readonly [number, number];
  readonly nodeExporter: Endpoint;
  readonly blackboxExporter: Endpoint;
  /** The configurator's own health and metrics. */
  readonly agent: Endpoint;
  /** Receives the notifications and prints them. */
  readonly webhook: Endpoint;
  /** Nothing listens here: the target that is down. */
  readonly nothing: Endpoint;
}

/** Below the ephemeral ports, and none that a usual service has. */
export const DEFAULT_PORT = 14_000;

const PORTS = 11;
const LAST_FIRST_PORT = 32_767 - PORTS;

/** The layout of the demo in a checkout, on ports from `firstPort` on; throws a RangeError when they would not fit. */
export function demoLayout(root: string, data: string, firstPort: number): Layout {
  if (!Number.isInteger(firstPort) || firstPort < 1_024 || firstPort > LAST_FIRST_PORT) {
    throw new RangeError(`the first port must be a whole number from 1024 to ${LAST_FIRST_PORT}`);
  }
  const endpoint = (offset: number) => ({ port: firstPort + offset, url: `http://127.0.0.1:${firstPort + offset}` });
  return {
    root,
    data,
    server: endpoint(0),
    prometheus: endpoint(1),
    alertmanagers: [endpoint(2), endpoint(3)],
    gossip: [firstPort + 4, firstPort + 5],
    nodeExporter: endpoint(6),
    blackboxExporter: endpoint(7),
    agent: endpoint(8),
    webhook: endpoint(9),
    nothing: endpoint(10),
  };
}

/** The ports that must be free, each with who wants it. */
export function portsOf(layout: Layout): ReadonlyMap<number, string> {
  return new Map([
    [layout.server.port, "the server"],
    [layout.prometheus.port, "Prometheus"],
    [layout.alertmanagers[0].port, "the first Alertmanager"],
    [layout.alertmanagers[1].port, "the second Alertmanager"],
    [layout.gossip[0], "the first Alertmanager's gossip"],
    [layout.gossip[1], "the second Alertmanager's gossip"],
    [layout.nodeExporter.port, "the node exporter"],
    [layout.blackboxExporter.port, "the blackbox exporter"],
    [layout.agent.port, "the configurator"],
    [layout.webhook.port, "the webhook receiver"],
    [layout.nothing.port, "the target that is down"],
  ]);
}

/** A file of the demo, such as `fileOf(layout, "log", "server.log")`. */
export function fileOf(layout: Layout, ...path: readonly string[]): string {
  return join(layout.data, ...path);
}
