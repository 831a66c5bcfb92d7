import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./ports.js";
import { type RunningProcess, startProcess } from "./process.js";
import { tempFolder } from "./temp-folder.js";

/** How to run the Prometheus; with nothing given it runs an empty config of its own. */
export interface PrometheusOptions {
  /** The text of its main config file. */
  readonly config?: string;
  /** Or a config file that is written by somebody else; then `config` is not used. */
  readonly configFile?: string;
  readonly port?: number;
  /** How often alerts are sent again; each ends four times this after it was last sent. A second without. */
  readonly resendDelay?: string;
  /** More command line flags. */
  readonly flags?: readonly string[];
  /** What it has stored already when it starts, in OpenMetrics' text format with timestamps. */
  readonly stored?: string;
}

/** One sample of an instant query. */
export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus on loopback, with its lifecycle endpoint on and alerts resent every second. */
export interface Prometheus {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly configFile: string;
  readonly process: RunningProcess;
  /** Replaces the config file's text and reloads. */
  configure(config: string): Promise<void>;
  /** POST /-/reload; throws with Prometheus's own message when it refuses the config. */
  reload(): Promise<void>;
  /** An instant query. */
  query(expr: string): Promise<readonly PrometheusSample[]>;
  /** `data` of an answer of its HTTP API, for instance `api("/api/v1/targets")`. */
  api(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

const EMPTY_CONFIG = "global: {scrape_interval: 1s, evaluation_interval: 1s}\n";

/** Starts a Prometheus and resolves once it is ready. Mind that its discovery pushes targets at most every 5 s. */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const folder = await tempFolder("prometheus");
  const configFile = options.configFile ?? join(folder, "prometheus.yml");
  if (options.configFile === undefined) await writeFile(configFile, options.config ?? EMPTY_CONFIG);
  if (options.stored !== undefined) await storeBlocks(options.stored, folder);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    command: "prometheus",
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--web.enable-lifecycle",
      // Alerts of the first 5 s are dropped and by default resent only after a minute.
      `--rules.alert.resend-delay=${options.resendDelay ?? "1s"}`,
      ...(options.flags ?? []),
    ],
    ready: { url: `${url}/-/ready` },
  });
  return new LocalPrometheus(url, port, folder, configFile, running);
}

async function storeBlocks(openMetrics: string, folder: string): Promise<void> {
  const file = join(folder, "stored.om");
  await writeFile(file, openMetrics);
  const parameters = ["tsdb", "create-blocks-from", "openmetrics", "--quiet", file, join(folder, "data")];
  await promisify(execFile)("promtool", parameters, { maxBuffer: 64 * 1024 * 1024 });
}

class LocalPrometheus implements Prometheus {
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
    if (!response.ok) throw new Error(`Prometheus refused its config: ${text}`);
  }

  async query(expr: string): Promise<readonly PrometheusSample[]> {
    const data = await this.api(`/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { result } = data as { result: { metric: Record<string, string>; value: [number, string] }[] };
    return result.map((sample) => ({ labels: sample.metric, value: Number(sample.value[1]) }));
  }

  async api(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`);
    const body = (await response.json()) as { status: string; data: unknown; error?: string };
    if (body.status !== "success") throw new Error(`Prometheus answered ${response.status}: ${body.error}`);
    return body.data;
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
