import { join } from "node:path";
import { expect, test } from "vitest";
import { ReloadPace } from "../../configurator/daemon/reload-pace.js";
import { startAlertmanager } from "../support/alertmanager.js";
import { freePort } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";
import { startAgent } from "./support/agent-process.js";
import { anAlert, aProject } from "./support/config.js";
import { startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

test("three reloads come at once, then one in each interval; quiet time brings them back one by one", () => {
  let now = 0;
  const pace = new ReloadPace(15_000, () => now);
  const waits: number[] = [];
  const reloadAfter = (ms: number) => {
    now += ms;
    waits.push(pace.waitMs);
    now += pace.waitMs;
    pace.note();
  };
  for (const ms of [0, 0, 0, 0, 1_000, 15_000, 30_000, 0, 0, 3_600_000, 0, 0, 0]) reloadAfter(ms);
  expect(waits).toEqual([0, 0, 0, 15_000, 14_000, 0, 0, 0, 15_000, 0, 0, 0, 15_000]);
});

test("a project that is changed all the time keeps Prometheus from knowing its Alertmanagers for a moment alone", async () => {
  const server = await startGraphServer();
  const alertmanager = await startAlertmanager();
  const port = await freePort();
  const machine = await Workspace.make({
    url: server.url,
    settings: { reloadIntervalSeconds: 10, pollIntervalSeconds: 3_600 },
    prometheus: { urls: [`http://127.0.0.1:${port}`] },
    blackbox: false,
    alertmanager: false,
  });
  const targets = `[{static_configs: [{targets: ['127.0.0.1:${alertmanager.port}']}]}]`;
  const base = `global: {evaluation_interval: 1s}\nalerting: {alertmanagers: ${targets}}\n`;
  await machine.base("prometheus", base);
  const configFile = join(machine.directory, "prometheus/current/prometheus.yml");
  server.put(aProject("a"));
  await machine.once();
  const prometheus = await startPrometheus({ port, configFile });
  const known = async () => {
    const { activeAlertmanagers } = (await prometheus.api("/api/v1/alertmanagers")) as {
      activeAlertmanagers: unknown[];
    };
    return activeAlertmanagers.length === 1;
  };
  const newest = async () => {
    const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: { rules: { name: string }[] }[] };
    return Number(/\d+/.exec(groups.flatMap(({ rules }) => rules.map(({ name }) => name)).join())?.[0] ?? 0);
  };
  await waitFor(known, { what: "Prometheus to know its Alertmanager" });
  await startAgent(machine);
  let changes = 0;
  const changing = setInterval(() => server.put(aProject("a", { rules: [anAlert("a", `Change${++changes}`)] })), 200);
  try {
    await waitFor(async () => !(await known()), { what: "the first reload", intervalMs: 10 });
    await waitFor(known, { what: "Prometheus to know its Alertmanager again, while the changes go on" });
    const [then, made] = [await newest(), changes];
    await waitFor(() => changes > made + 5, { what: "some more changes" });
    expect([await known(), await newest()]).toEqual([true, then]);
    // Nothing is lost by it: what was changed meanwhile comes with the next reload.
    await waitFor(async () => (await newest()) > made, { what: "the changes made meanwhile", deadlineMs: 30_000 });
  } finally {
    clearInterval(changing);
  }
});
