import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@metricsinfra/sdk";
import { stringify } from "yaml";
import { type RunningProcess, startProcess } from "../demo/start-process.js";
import { makeAlerts, makeSilences, type PostedAlert, projectNames } from "./alert-world.js";
import { freePorts, ServerFolder, unhurried } from "./server-process.js";

/** A real Alertmanager that holds a world of alerts, and a real server on SQLite that watches it, in a temporary folder. */
export interface AlertStack {
  readonly alerts: number;
  readonly alertmanagerUrl: string;
  /** The URL of the graph. */
  readonly url: string;
  /** Its `/metrics`. */
  readonly metricsUrl: string;
  readonly server: RunningProcess;
  /** Of somebody who may read every project. */
  readonly token: string;
  stop(): Promise<void>;
}

/** A config as the configurator writes it, with a route for each project; but nobody is told of anything. */
function alertmanagerConfig(): string {
  const receivers = projectNames.map((name) => ({ name: `${name}/admins` }));
  const routes = projectNames.map((name) => ({ receiver: `${name}/admins`, matchers: [`project="${name}"`] }));
  const pace = { group_wait: "1h", group_interval: "1h", repeat_interval: "1d" };
  return stringify({
    route: { receiver: "nobody", group_by: ["project", "alertname"], ...pace, routes },
    receivers: [{ name: "nobody" }, ...receivers],
  });
}

/** Starts both over so many alerts; resolves when the server shows all of them. With none there are no silences either. */
export async function startAlertStack(alerts: number, rate: object = {}): Promise<AlertStack> {
  const folder = mkdtempSync(join(tmpdir(), "metricsinfra-alerts-"));
  const [serverPort = 0, alertmanagerPort = 0] = await freePorts(2);
  const processes: RunningProcess[] = [];
  const stop = async () => {
    for (const running of processes.reverse()) await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const alertmanagerUrl = `http://127.0.0.1:${alertmanagerPort}`;
    processes.push(await startAlertmanager(folder, alertmanagerPort));
    await postAlerts(alertmanagerUrl, makeAlerts(alerts));
    if (alerts > 0) for (const silence of makeSilences()) await post(`${alertmanagerUrl}/api/v2/silences`, silence);

    const place = new ServerFolder(folder, serverPort, {
      limits: { rate: { ...unhurried, ...rate } },
      alertmanagers: [{ name: "main", members: [{ name: "alertmanager-1", url: alertmanagerUrl }] }],
    });
    const operator = await place.token("OPERATOR");
    const collect = new URL("collect-on-signal.js", import.meta.url).pathname;
    const server = await place.start(["--expose-gc", "--import", collect]);
    processes.push(server);
    const client = createClient({ url: place.url, token: operator });
    for (const name of projectNames) await client.projects.create({ name });
    const { secret } = await client.apiTokens.create({ name: "board", globalRole: "READER" });
    await untilShown(client, alerts);
    const metricsUrl = new URL("/metrics", place.url).href;
    return { alerts, alertmanagerUrl, url: place.url, metricsUrl, server, token: secret, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Posts alerts as a Prometheus does, some hundreds at once. */
export async function postAlerts(alertmanagerUrl: string, alerts: readonly PostedAlert[]): Promise<void> {
  for (let from = 0; from < alerts.length; from += 500) {
    await post(`${alertmanagerUrl}/api/v2/alerts`, alerts.slice(from, from + 500));
  }
}

function startAlertmanager(folder: string, port: number): Promise<RunningProcess> {
  const configFile = join(folder, "alertmanager.yml");
  const storage = join(folder, "alertmanager");
  mkdirSync(storage);
  writeFileSync(configFile, alertmanagerConfig());
  return startProcess({
    name: "alertmanager",
    command: "prometheus-alertmanager",
    args: [
      `--config.file=${configFile}`,
      `--storage.path=${storage}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
      "--web.get-concurrency=64",
      "--log.level=error",
    ],
    ready: { url: `http://127.0.0.1:${port}/-/ready` },
  });
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`);
}

async function untilShown(client: Client, alerts: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const page = await client.request<{ readonly alerts: { readonly totalCount: number } | null }>(
      "{ alerts(first: 1) { totalCount } }",
    );
    if (page.alerts?.totalCount === alerts) return;
    if (performance.now() > deadline) throw new Error(`The server does not show ${alerts} alerts within 60 s.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
