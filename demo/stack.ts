import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DemoFailure } from "./demo-failure.js";
import { fileOf, type Layout } from "./layout.js";
import { renderedFile, type SettingsFiles } from "./settings.js";
import type { Supervisor } from "./supervisor.js";

// Who reads from others ends before them: the agent and the server first, the exporters last. The Alertmanagers end one after
// the other: each says goodbye to its peer, and waits ten seconds for an answer from one that is ending, too.
const STOP_ORDER = { configurator: 1, server: 2, prometheus: 3, alertmanagers: [4, 5], exporter: 6 } as const;

/** Starts the processes of the demo, each one when what it needs is there. */
export class Stack {
  constructor(
    private readonly layout: Layout,
    private readonly settings: SettingsFiles,
    private readonly supervisor: Supervisor,
  ) {}

  /** The graph, on embedded SQLite. */
  async startServer(): Promise<void> {
    await this.supervisor.start({
      name: "server",
      command: process.execPath,
      args: [join(this.layout.root, "dist", "server", "main.js"), "serve", "--settings", this.settings.server],
      ready: { url: `${this.layout.server.url}/readyz` },
      logFile: this.#log("server"),
      stopOrder: STOP_ORDER.server,
    });
  }

  /** The agent; resolves when it has written the config of all that it serves. */
  async startConfigurator(): Promise<void> {
    await this.supervisor.start({
      name: "configurator",
      command: process.execPath,
      args: [join(this.layout.root, "configurator", "dist", "main.js"), "--settings", this.settings.configurator],
      ready: { url: `${this.layout.agent.url}/healthz` },
      logFile: this.#log("configurator"),
      stopOrder: STOP_ORDER.configurator,
    });
    const files = (["prometheus", "alertmanager", "blackbox"] as const).map((output) =>
      renderedFile(this.layout, output),
    );
    const deadline = Date.now() + 30_000;
    while (!files.every((file) => existsSync(file))) {
      if (Date.now() > deadline) {
        throw new DemoFailure(`the configurator wrote no config within 30 s; its log is ${this.#log("configurator")}`);
      }
      await delay(50);
    }
  }

  async startExporters(): Promise<void> {
    const { nodeExporter, blackboxExporter } = this.layout;
    await Promise.all([
      this.supervisor.start({
        name: "node exporter",
        command: "prometheus-node-exporter",
        args: [`--web.listen-address=127.0.0.1:${nodeExporter.port}`],
        ready: { url: `${nodeExporter.url}/` },
        logFile: this.#log("node-exporter"),
        stopOrder: STOP_ORDER.exporter,
      }),
      this.supervisor.start({
        name: "blackbox exporter",
        command: "prometheus-blackbox-exporter",
        args: [
          `--config.file=${renderedFile(this.layout, "blackbox")}`,
          `--web.listen-address=127.0.0.1:${blackboxExporter.port}`,
        ],
        ready: { url: `${blackboxExporter.url}/-/healthy` },
        logFile: this.#log("blackbox-exporter"),
        stopOrder: STOP_ORDER.exporter,
      }),
    ]);
  }

  async startAlertmanagers(): Promise<void> {
    await Promise.all([this.#startAlertmanager(0, 1), this.#startAlertmanager(1, 0)]);
  }

  async startPrometheus(): Promise<void> {
    const { prometheus } = this.layout;
    await this.supervisor.start({
      name: "Prometheus",
      command: "prometheus",
      args: [
        `--config.file=${renderedFile(this.layout, "prometheus")}`,
        `--storage.tsdb.path=${fileOf(this.layout, "prometheus")}`,
        `--web.listen-address=127.0.0.1:${prometheus.port}`,
        "--web.enable-lifecycle",
        // An alert that fires before Prometheus knows the Alertmanagers would reach them a minute later.
        "--rules.alert.resend-delay=5s",
      ],
      ready: { url: `${prometheus.url}/-/ready` },
      logFile: this.#log("prometheus"),
      stopOrder: STOP_ORDER.prometheus,
    });
  }

  #startAlertmanager(index: 0 | 1, peer: 0 | 1): Promise<void> {
    const { alertmanagers, gossip } = this.layout;
    const { port, url } = alertmanagers[index];
    const name = `alertmanager-${index + 1}`;
    return this.supervisor.start({
      name: `Alertmanager ${index + 1}`,
      command: "prometheus-alertmanager",
      args: [
        `--config.file=${renderedFile(this.layout, "alertmanager")}`,
        `--storage.path=${fileOf(this.layout, name)}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--cluster.listen-address=127.0.0.1:${gossip[index]}`,
        `--cluster.advertise-address=127.0.0.1:${gossip[index]}`,
        `--cluster.peer=127.0.0.1:${gossip[peer]}`,
        "--cluster.settle-timeout=2s",
        "--cluster.reconnect-interval=1s",
        // Silences outlive a kill -9, too.
        "--data.maintenance-interval=10s",
      ],
      ready: { url: `${url}/-/ready` },
      logFile: this.#log(name),
      stopOrder: STOP_ORDER.alertmanagers[index],
    });
  }

  #log(name: string): string {
    return fileOf(this.layout, "log", `${name}.log`);
  }
}
