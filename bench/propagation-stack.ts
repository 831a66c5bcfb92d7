import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@metricsinfra/sdk";
import { stringify } from "yaml";
import { type RunningProcess, startProcess } from "../demo/start-process.js";
import { ReloadSpy } from "./reload-spy.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const serverMain = join(root, "dist/server/main.js");
const configuratorMain = join(root, "configurator/dist/main.js");

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
  const [serverPort, prometheusPort, agentPort] = await freePorts(3);
  const config = join(folder, "config");
  const serverSettings = join(folder, "server.yml");
  writeFileSync(
    serverSettings,
    stringify({
      listen: { port: serverPort },
      database: { type: "sqlite", file: join(folder, "db.sqlite") },
      log: { level: "warn" },
    }),
  );
  const token = async (role: string): Promise<string> => {
    const child = await startProcess({
      name: "token",
      command: process.execPath,
      args: [serverMain, "token", "-s", serverSettings, "-n", role, "-r", role],
    });
    await child.exited;
    return child.output.trim();
  };
  const operator = await token("OPERATOR");
  writeFileSync(join(folder, "agent-token"), await token("AGENT"));
  const serverUrl = `http://127.0.0.1:${serverPort}`;
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
  const processes: RunningProcess[] = [];
  processes.push(
    await startProcess({
      name: "server",
      command: process.execPath,
      args: [serverMain, "serve", "-s", serverSettings],
      ready: { url: `${serverUrl}/readyz` },
    }),
  );

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
      server: { url: `${serverUrl}/graphql`, token: { file: join(folder, "agent-token") } },
      listen: { port: agentPort },
      prometheus: { urls: [spyUrl], baseFile: first },
    }),
  );
  mkdirSync(config, { recursive: true });

  return {
    client: createClient({ url: `${serverUrl}/graphql`, token: operator }),
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

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let port = 15_100; ports.length < count; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) ports.push(port);
  }
  return ports;
}
