import { AlertmanagerClient } from "./alertmanager-client.js";
import { HttpJson, type HttpLimits } from "./http-json.js";
import { PrometheusClient } from "./prometheus-client.js";
import { PrometheusView } from "./prometheus-view.js";
import { type UpstreamFetch, upstreamFetch } from "./upstream-fetch.js";
import type { UpstreamServer } from "./upstream-server.js";

/** What the settings say of the servers behind the graph. */
export interface UpstreamSettings {
  readonly prometheus: readonly UpstreamServer[];
  readonly alertmanagers: readonly { readonly name: string; readonly members: readonly UpstreamServer[] }[];
  readonly upstreams: { readonly timeoutSeconds: number; readonly mostBytes: number; readonly cacheSeconds: number };
}

/** Alertmanagers that share their silences, each with its client. */
export interface AlertmanagerGroup {
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly client: AlertmanagerClient }[];
}

/** The clients of all servers behind the graph, and their connections. */
export interface Upstreams {
  readonly prometheus: PrometheusView;
  readonly alertmanagers: readonly AlertmanagerGroup[];
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>;
}

/** Makes a client for each server in the settings; connects to none of them yet. */
export function openUpstreams(settings: UpstreamSettings, now: () => Date): Upstreams {
  const { timeoutSeconds, mostBytes, cacheSeconds } = settings.upstreams;
  const limits: HttpLimits = { timeoutMs: timeoutSeconds * 1_000, maxBytes: mostBytes };
  const fetches: UpstreamFetch[] = [];
  const connect = (kind: string, server: UpstreamServer): HttpJson => {
    const upstream = upstreamFetch(server.tls);
    fetches.push(upstream);
    return new HttpJson(kind, server, upstream.fetch, limits);
  };
  const replicas = settings.prometheus.map((server) => {
    return { name: server.name, client: new PrometheusClient(connect("Prometheus", server)) };
  });
  return {
    prometheus: new PrometheusView(replicas, { maxAgeMs: cacheSeconds * 1_000, now }),
    alertmanagers: settings.alertmanagers.map(({ name, members }) => ({
      name,
      members: members.map((server) => {
        return { name: server.name, client: new AlertmanagerClient(connect("Alertmanager", server)) };
      }),
    })),
    close: async () => {
      await Promise.all(fetches.map((upstream) => upstream.close()));
    },
  };
}
