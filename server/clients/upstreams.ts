import { AlertmanagerClient } from "./alertmanager-client.js";
import { HttpJson, type HttpLimits } from "./http-json.js";
import { KeystoneClient } from "./keystone-client.js";
import { KeystoneSession, type KeystoneUser } from "./keystone-session.js";
import { PrometheusClient } from "./prometheus-client.js";
import { PrometheusView } from "./prometheus-view.js";
import { QueryReader } from "./query-reader.js";
import { RangeReader } from "./range-reader.js";
import { type UpstreamFetch, upstreamFetch } from "./upstream-fetch.js";
import type { UpstreamServer, UpstreamTls } from "./upstream-server.js";

/** What the settings say of the servers behind the graph. */
export interface UpstreamSettings {
  readonly prometheus: readonly UpstreamServer[];
  readonly alertmanagers: readonly { readonly name: string; readonly members: readonly UpstreamServer[] }[];
  readonly upstreams: { readonly timeoutSeconds: number; readonly mostBytes: number; readonly cacheSeconds: number };
  readonly access: { readonly keystone?: KeystoneServer | undefined };
}

interface KeystoneServer {
  readonly url: string;
  readonly tls?: UpstreamTls;
  readonly serviceUser?: KeystoneUser | undefined;
  readonly timeoutSeconds: number;
}

/** Of a user with roles in some 10,000 projects. */
const keystoneBytes = 16 * 1024 * 1024;

/** One Alertmanager: its client, and what another thread needs to make its own. */
export interface AlertmanagerMember {
  readonly name: string;
  readonly client: AlertmanagerClient;
  readonly server: UpstreamServer;
  readonly limits: HttpLimits;
}

/** Alertmanagers that share their silences. */
export interface AlertmanagerGroup {
  readonly name: string;
  readonly members: readonly AlertmanagerMember[];
}

/** The clients of all servers behind the graph, and their connections. */
export interface Upstreams {
  readonly prometheus: PrometheusView;
  readonly queries: QueryReader;
  readonly ranges: RangeReader;
  readonly alertmanagers: readonly AlertmanagerGroup[];
  /** Null when the settings have none. */
  readonly keystone: KeystoneClient | null;
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>;
}

/** A Prometheus that takes longer to read an expression, a matter of a millisecond, is not worth the wait. */
const longestReadingMs = 2_000;

/** What the past may cost: it is drawn beside what is live, and nobody is to wait long for it. */
const pastLimits: HttpLimits = { timeoutMs: 3_000, maxBytes: 8 * 1024 * 1024 };

/** Makes a client for each server in the settings; connects to none of them yet. */
export function openUpstreams(settings: UpstreamSettings, now: () => Date): Upstreams {
  const { timeoutSeconds, mostBytes, cacheSeconds } = settings.upstreams;
  const limits: HttpLimits = { timeoutMs: timeoutSeconds * 1_000, maxBytes: mostBytes };
  const fetches: UpstreamFetch[] = [];
  const connect = (kind: string, server: UpstreamServer, own = limits): HttpJson => {
    const upstream = upstreamFetch(server.tls);
    fetches.push(upstream);
    return new HttpJson(kind, server, upstream.fetch, own);
  };
  const connectKeystone = ({ serviceUser, timeoutSeconds, ...server }: KeystoneServer): KeystoneClient => {
    const own = { timeoutMs: timeoutSeconds * 1_000, maxBytes: keystoneBytes };
    const http = connect("Keystone", { ...server, name: "identity" }, own);
    return new KeystoneClient(http, serviceUser ? new KeystoneSession(http, serviceUser, now) : null);
  };
  const replicas = settings.prometheus.map((server) => {
    return { name: server.name, client: new PrometheusClient(connect("Prometheus", server)) };
  });
  const ofThePast: HttpLimits = {
    timeoutMs: Math.min(limits.timeoutMs, pastLimits.timeoutMs),
    maxBytes: Math.min(limits.maxBytes, pastLimits.maxBytes),
  };
  const pastReplicas = settings.prometheus.map((server) => {
    return { name: server.name, client: new PrometheusClient(connect("Prometheus", server, ofThePast)) };
  });
  const { keystone } = settings.access;
  return {
    keystone: keystone ? connectKeystone(keystone) : null,
    prometheus: new PrometheusView(replicas, { maxAgeMs: cacheSeconds * 1_000, now }),
    queries: new QueryReader(replicas, { timeoutMs: Math.min(limits.timeoutMs, longestReadingMs), now }),
    ranges: new RangeReader(pastReplicas, { now }),
    alertmanagers: settings.alertmanagers.map(({ name, members }) => ({
      name,
      members: members.map((server) => {
        const client = new AlertmanagerClient(connect("Alertmanager", server));
        return { name: server.name, client, server, limits };
      }),
    })),
    close: async () => {
      await Promise.all(fetches.map((upstream) => upstream.close()));
    },
  };
}
