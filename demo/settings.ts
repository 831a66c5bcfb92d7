import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { fileOf, type Layout } from "./layout.js";
import { tokenFile } from "./tokens.js";

/** The settings files of one demo. */
export interface SettingsFiles {
  readonly server: string;
  readonly configurator: string;
}

/**
 * Makes the folders, the key that secrets are encrypted with, and writes the settings of the server and of the agent, and
 * the two base files that the agent merges.
 */
export function writeSettings(layout: Layout): SettingsFiles {
  for (const folder of ["settings", "log", "config"]) mkdirSync(fileOf(layout, folder), { recursive: true });
  mkdirSync(fileOf(layout, "secrets"), { recursive: true, mode: 0o700 });
  const keyFile = fileOf(layout, "secrets", "encryption.key");
  // Kept from then on: what is encrypted with it could not be read with another.
  if (!existsSync(keyFile)) writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const write = (name: string, content: unknown) => {
    const file = fileOf(layout, "settings", name);
    writeFileSync(file, `# Written by the demo at each start.\n${stringify(content)}`);
    return file;
  };
  const prometheusBase = write("prometheus.yml", prometheusBaseOf(layout));
  const alertmanagerBase = write("alertmanager.yml", alertmanagerBaseOf());
  return {
    server: write("server.yml", serverSettingsOf(layout, keyFile)),
    configurator: write("configurator.yml", configuratorSettingsOf(layout, prometheusBase, alertmanagerBase)),
  };
}

/** A file that the agent writes for one of the three services. */
export function renderedFile(layout: Layout, output: "prometheus" | "alertmanager" | "blackbox"): string {
  return fileOf(layout, "config", output, "current", `${output}.yml`);
}

function serverSettingsOf(layout: Layout, keyFile: string): unknown {
  const [first, second] = layout.alertmanagers;
  return {
    listen: { port: layout.server.port },
    database: { type: "sqlite", file: fileOf(layout, "metricsinfra.sqlite") },
    secrets: { keys: [{ id: "demo", key: { file: keyFile } }] },
    limits: { tiers: { default: { scrapeInterval: "15s", leastScrapeInterval: "5s", leastRuleInterval: "5s" } } },
    watchdog: { absentAfterSeconds: 45 },
    // All that the demo watches and tells is on this machine.
    egress: { allowedNetworks: ["127.0.0.0/8"] },
    prometheus: [{ name: "demo", url: layout.prometheus.url }],
    alertmanagers: [
      {
        name: "demo",
        members: [
          { name: "first", url: first.url },
          { name: "second", url: second.url },
        ],
      },
    ],
  };
}

function configuratorSettingsOf(layout: Layout, prometheusBase: string, alertmanagerBase: string): unknown {
  return {
    name: "demo",
    directory: fileOf(layout, "config"),
    server: { url: `${layout.server.url}/graphql`, token: { file: tokenFile(layout, "agent") } },
    pollIntervalSeconds: 2,
    reportIntervalSeconds: 5,
    listen: { port: layout.agent.port },
    prometheus: { urls: [layout.prometheus.url], baseFile: prometheusBase },
    blackbox: {
      urls: [layout.blackboxExporter.url],
      address: `127.0.0.1:${layout.blackboxExporter.port}`,
    },
    alertmanager: { urls: layout.alertmanagers.map(({ url }) => url), baseFile: alertmanagerBase },
  };
}

function prometheusBaseOf(layout: Layout): unknown {
  const targets = layout.alertmanagers.map(({ port }) => `127.0.0.1:${port}`);
  return {
    global: { scrape_interval: "15s", evaluation_interval: "5s" },
    alerting: { alertmanagers: [{ static_configs: [{ targets }] }] },
  };
}

function alertmanagerBaseOf(): unknown {
  return {
    route: { receiver: "nobody", group_by: ["alertname", "project"], group_wait: "2s", group_interval: "10s" },
    receivers: [{ name: "nobody" }],
  };
}
