import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@metricsinfra/sdk";
import { stringify } from "yaml";
import { type RunningProcess, startProcess } from "../demo/start-process.js";
import { ReloadSpy } from "./reload-spy.js";
import { configuratorMain, freePorts, ServerFolder } from "./server-process.js";

/** A real server on SQLite, a real Prometheus and a real agent, in a temporary folder. */
export interface PropagationStack {
  readonly client: Client;
  readonly prometheusUrl: string;
  readonly spy: ReloadSpy;
  /** The file that Prometheus reads a project's targets from. */
  readonly targetFile: (project: string) => string;
  /** Starts the agent; resolves when it has applied everything. */
  startAgent(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts server and Prometheus; the agent comes later, so that data can be laid before. */
export async function startPropagationStack(): Promise<PropagationStack> {
  const folder = mkdtempSync(join(tmpdir(), "metricsinfra-propagation-"));
  const [serverPort = 0, prometheusPort, agentPort] = await freePorts(3);
  const config = join(folder, "config");
  const place = new ServerFolder(folder, serverPort);
  const operator = await place.token("OPERATOR");
  writeFileSync(join(folder, "agent-token"), await place.token("AGENT"));
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
  const processes: RunningProcess[] = [await place.start()];

  // Prometheus needs a file to start with; the agent's first release replaces it.
  const release = join(config, "prometheus", "current", "prometheus.yml");
  const first = join(folder, "empty.yml");
  writeFileSync(first, "global: { scrape_interval: 60s, evaluation_interval: 60s }\n");
  const spy = new ReloadSpy(prometheusUrl);
  const spyUrl = await spy.listen();
  const agentSettings = join(folder, "configurator.yml");
  writeFileSync(
    agentSettings,
    stringify({
      name: "bench",
      directory: config,
      server: { url: place.url, token: { file: join(folder, "agent-token") } },
      listen: { port: agentPort },
      // Each change is measured as the first after a quiet time.
      reloadIntervalSeconds: 0.001,
      prometheus: { urls: [spyUrl], baseFile: first },
    }),
  );
  mkdirSync(config, { recursive: true });

  return {
    client: createClient({ url: place.url, token: operator }),
    prometheusUrl,
    spy,
    targetFile: (project) => join(config, "prometheus", "targets", "default", `${project}.json`),
    startAgent: async () => {
      const once = await startProcess({
        name: "configurator --once",
        command: process.execPath,
        args: [configuratorMain, "--settings", agentSettings, "--once"],
      });
      await once.exited;
      const flags = [
        `--config.file=${release}`,
        `--storage.tsdb.path=${join(folder, "tsdb")}`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
        "--web.enable-lifecycle",
      ];
      processes.push(
        await startProcess({
          name: "prometheus",
          command: "prometheus",
          args: flags,
          ready: { url: `${prometheusUrl}/-/ready` },
        }),
      );
      processes.push(
        await startProcess({
          name: "configurator",
          command: process.execPath,
          args: [configuratorMain, "--settings", agentSettings],
          ready: { url: `http://127.0.0.1:${agentPort}/readyz` },
          deadlineMs: 120_000,
        }),
      );
    },
    stop: async () => {
      for (const running of processes.reverse()) await running.stop();
      spy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
