import { readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { untilFileEnd } from "../support/at-end.js";
import { type BlackboxExporter, startBlackboxExporter } from "../support/blackbox-exporter.js";
import { freePorts } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { startAgent } from "./support/agent-process.js";
import { aGroup, aJob, anAlert, aProject } from "./support/config.js";
import { type GraphServer, type SentReport, type SentRun, startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

const project = (name: string, alert: string) =>
  aProject(name, {
    rules: [anAlert(name, alert)],
    scrapeJobs: [aJob("node", { staticTargets: [{ host: "192.0.2.1", port: 9100, labels: {} }] })],
    contactGroups: [
      aGroup("admins", [{ type: "EMAIL", value: `${alert}@example.org`, sendResolved: true, secret: null }]),
    ],
    defaultContactGroup: { id: "cgr_admins", name: "admins" },
  });

let server: GraphServer;
let machine: Workspace;
let prometheus: Prometheus;
let alertmanager: Alertmanager;
let blackbox: BlackboxExporter;
let links: string;
let agentUrl: string;
let firstRelease: string;

/** Where a process looks for its config: it leads to the release in use until somebody else has it lead elsewhere. */
const link = (output: string) => join(links, output);
const lead = async (output: string, to = join(machine.directory, output, "current")) => {
  await rm(link(output), { force: true });
  await symlink(to, link(output));
};
/** A folder with a config that the agent has not written. */
const foreign = async (output: string, text: string) => {
  const folder = await tempFolder(`foreign-${output}`);
  await writeFile(join(folder, `${output}.yml`), text);
  return folder;
};
const started = (port: number) => startPrometheus({ port, configFile: join(link("prometheus"), "prometheus.yml") });

beforeAll(async () => {
  const [prometheusPort = 0, alertmanagerPort = 0, blackboxPort = 0, agentPort = 0] = await freePorts(4);
  agentUrl = `http://127.0.0.1:${agentPort}`;
  const url = (port: number) => `http://127.0.0.1:${port}`;
  server = await startGraphServer();
  server.put(project("a", "Early"), project("b", "Early"));
  const quiet = { pollIntervalSeconds: 3_600, reportIntervalSeconds: 1, listen: { port: agentPort } };
  const settings = {
    url: server.url,
    settings: quiet,
    blackbox: { address: `127.0.0.1:${blackboxPort}`, urls: [url(blackboxPort)] },
  };
  machine = await Workspace.make(settings);
  await machine.once();
  firstRelease = await readlink(join(machine.directory, "prometheus/current"));
  links = await tempFolder("links");
  await Promise.all(["prometheus", "alertmanager", "blackbox"].map((output) => lead(output)));
  [prometheus, alertmanager, blackbox] = await Promise.all([
    started(prometheusPort),
    startAlertmanager({ port: alertmanagerPort, configFile: join(link("alertmanager"), "alertmanager.yml") }),
    startBlackboxExporter({ port: blackboxPort, configFile: join(link("blackbox"), "blackbox.yml") }),
  ]);
  await machine.configure({
    ...settings,
    prometheus: { urls: [prometheus.url] },
    alertmanager: { urls: [alertmanager.url] },
  });
  await startAgent(machine);
});

/** The next report of which something is true. */
const reported = (what: string, isIt: (report: SentReport) => boolean) => {
  const from = server.reports.length;
  return waitFor(() => server.reports.slice(from).find(isIt), { what, deadlineMs: 30_000 });
};
const runOf = (output: string, { runs }: SentReport): SentRun | undefined => runs.find((run) => run.output === output);
const all = (state: string) => (report: SentReport) =>
  report.runs.length === 3 && report.runs.every((run) => run.state === state);
const ruleNames = async () => {
  const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: { rules: { name: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.map(({ name }) => name)).sort();
};
const metric = async (line: RegExp) => line.exec(await (await fetch(`${prometheus.url}/metrics`)).text())?.[1];
const loadedAt = () => metric(/^prometheus_config_last_reload_success_timestamp_seconds (\S+)$/m);
const reads = async () =>
  Number(await metric(/^prometheus_http_requests_total\{code="200",handler="\/metrics"\} (\S+)$/m));
const seen = { seenAt: expect.stringMatching(/^\d{4}-.*Z$/), detail: null };

describe("what the processes run is read back from themselves", () => {
  test("is told of each once they run what is in use, and shown among the agent's metrics", async () => {
    server.put(project("a", "Late"));
    const { revision } = server;
    const report = await reported("all to run", (each) => all("RUNS")(each) && each.appliedRevision === revision);
    expect(report.runs).toEqual([
      { output: "PROMETHEUS", server: prometheus.url, revision, state: "RUNS", ...seen },
      { output: "BLACKBOX", server: blackbox.url, revision, state: "RUNS", ...seen },
      { output: "ALERTMANAGER", server: alertmanager.url, revision, state: "RUNS", ...seen },
    ]);
    expect(report).toMatchObject({ state: "SYNCED", problems: [] });
    const metrics = (await (await fetch(`${agentUrl}/metrics`)).text()).split("\n");
    expect(metrics.filter((line) => line.startsWith("metricsinfra_agent_running_revision"))).toEqual([
      `metricsinfra_agent_running_revision{output="PROMETHEUS",server="${prometheus.url}"} ${revision}`,
      `metricsinfra_agent_running_revision{output="BLACKBOX",server="${blackbox.url}"} ${revision}`,
      `metricsinfra_agent_running_revision{output="ALERTMANAGER",server="${alertmanager.url}"} ${revision}`,
    ]);
  });

  test("a process that starts with an older release, and one that was given another config, are told and mended by a reload", async () => {
    const { revision } = server;
    await prometheus.stop();
    expect(
      runOf("PROMETHEUS", await reported("it to be away", (each) => runOf("PROMETHEUS", each)?.state === "AWAY")),
    ).toEqual({
      output: "PROMETHEUS",
      server: prometheus.url,
      revision,
      state: "AWAY",
      ...seen,
      detail: `It does not answer: connect ECONNREFUSED ${prometheus.url.slice("http://".length)}.`,
    });
    await lead("prometheus", join(machine.directory, "prometheus", firstRelease));
    prometheus = await untilFileEnd(() => started(prometheus.port));
    await lead("alertmanager", await foreign("alertmanager", "route: {receiver: none}\nreceivers: [{name: none}]\n"));
    await alertmanager.reload();
    const report = await reported(
      "both to run something else",
      ({ runs }) => runs.filter(({ state }) => state === "OTHER").length === 2,
    );
    expect(runOf("PROMETHEUS", report)).toMatchObject({
      state: "OTHER",
      revision: revision - 1,
      detail: expect.stringMatching(new RegExp(`^It runs the release of revision ${revision - 1} `)),
    });
    expect(runOf("ALERTMANAGER", report)).toMatchObject({
      state: "OTHER",
      revision: null,
      detail: "It runs a config that is not the one in use, nor the one before.",
    });
    expect(report.appliedRevision).toBe(0);
    await Promise.all(["prometheus", "alertmanager"].map((output) => lead(output)));
    await reported("both to be mended", (each) => all("RUNS")(each) && each.state === "SYNCED");
    expect(await ruleNames()).toEqual(["Early", "Late", "Watchdog"]);
  });

  test("a rule file that was removed by hand is written again", async () => {
    await rm(join(machine.directory, "prometheus/current/rules/b.yml"));
    prometheus.process.signal("SIGHUP");
    const report = await reported("it to be told", (each) => runOf("PROMETHEUS", each)?.state === "OTHER");
    expect(runOf("PROMETHEUS", report)).toMatchObject({
      revision: null,
      detail: "1 of the 2 rule files of the release in use are there: others were removed or added by hand.",
    });
    await reported("it to be mended", (each) => all("RUNS")(each) && each.state === "SYNCED");
    expect(await ruleNames()).toEqual(["Early", "Late", "Watchdog"]);
  });

  test("what a reload does not mend is a problem of the agent, and neither reloaded nor read again and again", async () => {
    await lead("prometheus", await foreign("prometheus", "{}\n"));
    await prometheus.reload();
    const before = await loadedAt();
    const report = await reported("the problem", ({ state }) => state === "FAILED");
    const message = `${prometheus.url} does not run what is in use: It runs a config that this agent has not written.`;
    expect(report).toMatchObject({ appliedRevision: 0, problems: [{ message }] });
    const once = await waitFor(async () => (await loadedAt()) !== before && loadedAt(), { what: "a reload" });
    await reported("a report after it", ({ state }) => state === "FAILED");
    const [readsBefore, from] = [await reads(), server.reports.length];
    await waitFor(() => server.reports.length > from + 2, { what: "three more reports" });
    // One read is this test's own, and the agent may have read for the next report already.
    const readByAgent = (await reads()) - readsBefore - 1;
    const reports = server.reports.length - from;
    expect([reports - 1, reports, reports + 1]).toContain(readByAgent);
    expect(await loadedAt()).toBe(once);
    expect(server.reports.at(-1)).toMatchObject({ state: "FAILED", problems: [{ message }] });

    await lead("prometheus");
    await prometheus.reload();
    await reported("it to be over", (each) => all("RUNS")(each) && each.state === "SYNCED");
  });

  test("targets count as running once Prometheus has read them, without a reload", async () => {
    const before = await loadedAt();
    const more = [9100, 9101].map((port) => ({ host: "192.0.2.1", port, labels: {} }));
    server.put({ ...project("a", "Late"), scrapeJobs: [aJob("node", { staticTargets: more })] });
    const { revision } = server;
    const report = await reported("them to be read", (each) => runOf("PROMETHEUS", each)?.revision === revision);
    expect(runOf("PROMETHEUS", report)).toMatchObject({ state: "RUNS", detail: null });
    expect(await loadedAt()).toBe(before);
  });
});
