import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./ports.js";
import { type RunningProcess, startProcess } from "./process.js";
import { tempFolder } from "./temp-folder.js";
import { waitFor } from "./wait-for.js";

/** How to run the Alertmanager; with nothing given it runs a config of its own that tells nobody. */
export interface AlertmanagerOptions {
  /** The text of its config file. */
  readonly config?: string;
  /** Or a config file that is written by somebody else; then `config` is not used. */
  readonly configFile?: string;
  readonly port?: number;
  /** Gossip with the others of a cluster; without it the Alertmanager is on its own. */
  readonly cluster?: { readonly port: number; readonly peers: readonly number[] };
  /** Of another one of the same name that was stopped: it finds its silences again. */
  readonly folder?: string;
  /** More command line flags. */
  readonly flags?: readonly string[];
}

/** An alert as one posts it to an Alertmanager. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

/** A real Alertmanager on loopback. */
export interface Alertmanager {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly configFile: string;
  readonly process: RunningProcess;
  /** Replaces the config file's text and reloads. */
  configure(config: string): Promise<void>;
  /** POST /-/reload; throws with Alertmanager's own message when it refuses the config. */
  reload(): Promise<void>;
  /** Posts alerts as a Prometheus does; they resolve at `endsAt`, by default five minutes from now. */
  postAlerts(alerts: readonly PostedAlert[]): Promise<void>;
  /** The answer of its HTTP API, for instance `api("/api/v2/alerts")`; throws when the status is not 2xx. */
  api(path: string, init?: RequestInit): Promise<unknown>;
  stop(): Promise<void>;
}

const QUIET_CONFIG = "route: {receiver: nobody, group_wait: 1s, group_interval: 1s}\nreceivers: [{name: nobody}]\n";

/** Starts one Alertmanager and resolves once it is ready. */
export async function startAlertmanager(options: AlertmanagerOptions = {}): Promise<Alertmanager> {
  const folder = options.folder ?? (await tempFolder("alertmanager"));
  const configFile = options.configFile ?? join(folder, "alertmanager.yml");
  if (options.configFile === undefined) await writeFile(configFile, options.config ?? QUIET_CONFIG);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    name: "alertmanager",
    command: "prometheus-alertmanager",
    args: [
      `--config.file=${configFile}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...clusterFlags(options.cluster),
      ...(options.flags ?? []),
    ],
    ready: { url: `${url}/-/ready` },
  });
  return new LocalAlertmanager(url, port, folder, configFile, running);
}

/** Starts two Alertmanagers that gossip, with the same config, and resolves once each sees the other. */
export async function startAlertmanagerPair(
  options: Omit<AlertmanagerOptions, "port" | "cluster" | "folder"> = {},
): Promise<readonly [Alertmanager, Alertmanager]> {
  const [first, second] = [await freePort(), await freePort()];
  const pair = await Promise.all([
    startAlertmanager({ ...options, cluster: { port: first, peers: [second] } }),
    startAlertmanager({ ...options, cluster: { port: second, peers: [first] } }),
  ]);
  for (const alertmanager of pair) {
    await waitFor(
      async () => {
        const status = (await alertmanager.api("/api/v2/status")) as { cluster: { status: string; peers: unknown[] } };
        return status.cluster.status === "ready" && status.cluster.peers.length === 2;
      },
      { what: `${alertmanager.url} to see its peer` },
    );
  }
  return pair;
}

function clusterFlags(cluster: AlertmanagerOptions["cluster"]): readonly string[] {
  if (cluster === undefined) return ["--cluster.listen-address="];
  return [
    `--cluster.listen-address=127.0.0.1:${cluster.port}`,
    `--cluster.advertise-address=127.0.0.1:${cluster.port}`,
    ...cluster.peers.map((peer) => `--cluster.peer=127.0.0.1:${peer}`),
    "--cluster.peer-timeout=1s",
    "--cluster.settle-timeout=1s",
    "--cluster.reconnect-interval=500ms",
    "--cluster.gossip-interval=50ms",
  ];
}

class LocalAlertmanager implements Alertmanager {
  constructor(
    readonly url: string,
    readonly port: number,
    readonly folder: string,
    readonly configFile: string,
    readonly process: RunningProcess,
  ) {}

  async configure(config: string): Promise<void> {
    await writeFile(this.configFile, config);
    await this.reload();
  }

  async reload(): Promise<void> {
    const response = await fetch(`${this.url}/-/reload`, { method: "POST" });
    const text = await response.text();
    if (!response.ok) throw new Error(`Alertmanager refused its config: ${text}`);
  }

  async postAlerts(alerts: readonly PostedAlert[]): Promise<void> {
    await this.api("/api/v2/alerts", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alerts),
    });
  }

  async api(path: string, init?: RequestInit): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status} to ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
