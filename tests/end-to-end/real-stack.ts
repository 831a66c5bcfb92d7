import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Client, createClient } from "@metricsinfra/sdk";
import { stringify } from "yaml";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { type BlackboxExporter, startBlackboxExporter } from "../support/blackbox-exporter.js";
import type { DatabaseSettings } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { type RunningProcess, startProcess } from "../support/process.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const ROOT = new URL("../..", import.meta.url).pathname;

/** The whole product as it runs in production, on loopback: every part a process of its own. */
export interface RealStack {
  readonly folder: string;
  /** A client with an operator's token. */
  readonly client: Client;
  readonly tokens: Readonly<Record<"OPERATOR" | "AGENT", string>>;
  readonly graphUrl: string;
  readonly server: RunningProcess;
  readonly configurator: RunningProcess;
  readonly prometheus: Prometheus;
  readonly alertmanagers: readonly [Alertmanager, Alertmanager];
  readonly blackboxExporter: BlackboxExporter;
}

/** What differs from test to test. */
export interface RealStackOptions {
  readonly database: DatabaseSettings;
  /** Added to the `global` section of the operator's own Alertmanager config. */
  readonly alertmanagerGlobal?: object;
  /** Sections of the server's settings that stand in the place of those here. */
  readonly serverSettings?: Readonly<Record<string, object>>;
  /** Added to what the agent's settings say of Prometheus. */
  readonly prometheus?: object;
}

/** Starts the server, an agent, Prometheus, two clustered Alertmanagers and a blackbox exporter from the built programs. */
export async function startRealStack(options: RealStackOptions): Promise<RealStack> {
  const folder = await tempFolder("stack");
  const ports = await portsOf();
  const serverSettings = await writeYaml(folder, "server.yml", {
    database: options.database,
    secrets: { keys: [{ id: "first", key: randomBytes(32).toString("hex") }] },
    limits: { tiers: { default: eagerTier } },
    egress: { allowedNetworks: ["127.0.0.0/8"], hosts: [{ names: ["*"] }] },
    prometheus: [{ name: "prometheus", url: urlOf(ports.prometheus) }],
    watchdog: { absentAfterSeconds: 8 },
    alertmanagers: [
      {
        name: "main",
        members: ports.alertmanagers.map((port, index) => ({ name: `alertmanager-${index + 1}`, url: urlOf(port) })),
      },
    ],
    ...options.serverSettings,
    listen: { ...options.serverSettings?.listen, port: ports.server },
  });
  const operator = await createToken(serverSettings, "OPERATOR");
  const agent = await createToken(serverSettings, "AGENT");
  const server = await startProcess({
    name: "server",
    command: process.execPath,
    args: [join(ROOT, "dist/server/main.js"), "serve", "--settings", serverSettings],
    ready: { url: `${urlOf(ports.server)}/readyz` },
  });
  const graphUrl = `${urlOf(ports.server)}/graphql`;
  const config = join(folder, "config");
  await mkdir(config);
  const configuratorSettings = await writeConfiguratorSettings(folder, config, ports, {
    ...options,
    server: { url: graphUrl, token: agent },
  });
  const configurator = await startProcess({
    name: "configurator",
    command: process.execPath,
    args: [join(ROOT, "configurator/dist/main.js"), "--settings", configuratorSettings],
  });
  const rendered = (output: string) => join(config, output, "current", `${output}.yml`);
  for (const output of ["prometheus", "alertmanager", "blackbox"]) {
    await waitFor(() => existsSync(rendered(output)), {
      get what() {
        return `the configurator to write ${output}.yml; it wrote: ${configurator.output}`;
      },
    });
  }
  const [first, second] = ports.gossip;
  const [alertmanager1, alertmanager2, prometheus, blackboxExporter] = await Promise.all([
    startAlertmanager({
      port: ports.alertmanagers[0],
      configFile: rendered("alertmanager"),
      cluster: { port: first, peers: [second] },
    }),
    startAlertmanager({
      port: ports.alertmanagers[1],
      configFile: rendered("alertmanager"),
      cluster: { port: second, peers: [first] },
    }),
    startPrometheus({ port: ports.prometheus, configFile: rendered("prometheus") }),
    startBlackboxExporter({ port: ports.blackbox, configFile: rendered("blackbox") }),
  ]);
  return {
    folder,
    client: createClient({ url: graphUrl, token: operator }),
    tokens: { OPERATOR: operator, AGENT: agent },
    graphUrl,
    server,
    configurator,
    prometheus,
    alertmanagers: [alertmanager1, alertmanager2],
    blackboxExporter,
  };
}

/** Tests wait for scrapes and evaluations. */
export const eagerTier = {
  scrapeInterval: "1s",
  scrapeTimeout: "1s",
  leastScrapeInterval: "1s",
  leastRuleInterval: "1s",
};

type Ports = Awaited<ReturnType<typeof portsOf>>;

async function portsOf() {
  return {
    server: await freePort(),
    prometheus: await freePort(),
    alertmanagers: [await freePort(), await freePort()] as const,
    gossip: [await freePort(), await freePort()] as const,
    blackbox: await freePort(),
  };
}

async function writeConfiguratorSettings(
  folder: string,
  directory: string,
  ports: Ports,
  {
    server,
    alertmanagerGlobal = {},
    prometheus = {},
  }: RealStackOptions & { readonly server: { url: string; token: string } },
): Promise<string> {
  const prometheusBase = await writeYaml(folder, "prometheus.base.yml", {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: ports.alertmanagers.map((port) => `127.0.0.1:${port}`) }] }],
    },
  });
  const alertmanagerBase = await writeYaml(folder, "alertmanager.base.yml", {
    global: alertmanagerGlobal,
    route: { receiver: "nobody", group_by: ["alertname", "project"], group_wait: "1s", group_interval: "1s" },
    receivers: [{ name: "nobody" }],
  });
  return writeYaml(folder, "configurator.yml", {
    name: "agent",
    directory,
    server,
    pollIntervalSeconds: 1,
    reloadIntervalSeconds: 0.1,
    prometheus: { urls: [urlOf(ports.prometheus)], baseFile: prometheusBase, watchdog: "prometheus", ...prometheus },
    blackbox: { urls: [urlOf(ports.blackbox)], address: `127.0.0.1:${ports.blackbox}` },
    alertmanager: { urls: ports.alertmanagers.map(urlOf), baseFile: alertmanagerBase },
  });
}

/** A token as an operator gets the first one: from the server's own command. */
async function createToken(settings: string, role: "OPERATOR" | "AGENT"): Promise<string> {
  const args = [join(ROOT, "dist/server/main.js"), "token", "--settings", settings, "--name", role, "--role", role];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim();
}

async function writeYaml(folder: string, name: string, content: object): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, stringify(content));
  return file;
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
