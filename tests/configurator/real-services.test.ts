import { readlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Alertmanager, startAlertmanagerPair } from "../support/alertmanager.js";
import { atEnd, untilFileEnd } from "../support/at-end.js";
import { type BlackboxExporter, startBlackboxExporter } from "../support/blackbox-exporter.js";
import { type NodeExporter, startNodeExporter } from "../support/node-exporter.js";
import { freePorts } from "../support/ports.js";
import { startProcess } from "../support/process.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";
import { aGroup, aJob, anAlert, aProject, aTier } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { alertmanagerBase, Workspace, type WorkspaceOptions } from "./support/workspace.js";

const odd = "a\nb: {{ $labels.job }} \u2028 \u{1f469}\u200d\u{1f680} 'x' \"y\" # z";
const always = (name: string, overrides = {}) =>
  anAlert("a", name, { enforcedExpr: "vector(1)", for: "0s", ...overrides });

let server: GraphServer;
let machine: Workspace;
let prometheus: Prometheus;
let alertmanagers: readonly [Alertmanager, Alertmanager];
let blackbox: BlackboxExporter;
let exporter: NodeExporter;
let pageUrl: string;
let settings: WorkspaceOptions;

const project = () =>
  aProject("a", {
    rules: [always("First", { annotations: { odd } })],
    scrapeJobs: [
      aJob("node", { staticTargets: [{ host: "127.0.0.1", port: exporter.port, labels: { role: odd } }] }),
      aJob("web", {
        staticTargets: [{ host: "127.0.0.1", port: Number(new URL(pageUrl).port), labels: {} }],
        probe: {
          __typename: "HttpProbe",
          method: "GET",
          path: "/page",
          hostHeader: "shop.example.org",
          headers: {},
          followRedirects: true,
          validStatusCodes: [],
          bodyMatches: "^for shop\\.example\\.org",
          bodyNotMatches: null,
          verifyTls: true,
          ipProtocol: "IP4",
        },
      }),
    ],
    contactGroups: [aGroup("admins", [{ type: "WEBHOOK", value: pageUrl, sendResolved: true, secret: "s3cret" }])],
    defaultContactGroup: { id: "cgr_admins", name: "admins" },
  });

beforeAll(async () => {
  const page = createServer((request, response) => response.end(`for ${request.headers.host}`));
  const [port = 0, blackboxPort = 0, pagePort = 0] = await freePorts(3);
  await new Promise<void>((resolve) => page.listen(pagePort, "127.0.0.1", resolve));
  atEnd(() => page.close());
  pageUrl = `http://127.0.0.1:${pagePort}/`;
  server = await startGraphServer();
  server.limitTiers = [aTier("default", { scrapeInterval: "1s", scrapeTimeout: "1s", leastScrapeInterval: "1s" })];
  const url = (each: number) => `http://127.0.0.1:${each}`;
  settings = {
    url: server.url,
    prometheus: { urls: [url(port)] },
    blackbox: { address: `127.0.0.1:${blackboxPort}`, urls: [url(blackboxPort)] },
    alertmanager: {},
  };
  machine = await Workspace.make(settings);
  // The processes start from files that are there before them, as they would at a machine's first start.
  await machine.once();
  blackbox = await startBlackboxExporter({
    port: blackboxPort,
    configFile: join(machine.directory, "blackbox/current/blackbox.yml"),
  });
  exporter = await startNodeExporter();
  alertmanagers = await startAlertmanagerPair({
    configFile: join(machine.directory, "alertmanager/current/alertmanager.yml"),
  });
  settings = { ...settings, alertmanager: { urls: alertmanagers.map((each) => each.url) } };
  await machine.configure(settings);
  await machine.base(
    "prometheus",
    `global: {scrape_interval: 1s, evaluation_interval: 1s}
alerting: {alertmanagers: [{static_configs: [{targets: [${alertmanagers.map((each) => `'127.0.0.1:${each.port}'`).join(", ")}]}]}]}
`,
  );
  prometheus = await startPrometheus({
    port,
    configFile: join(machine.directory, "prometheus/current/prometheus.yml"),
  });
});

const ruleNames = async () => {
  const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: { rules: { name: string }[] }[] };
  return groups
    .flatMap(({ rules }) => rules.map(({ name }) => name))
    .filter((name) => name !== "Watchdog")
    .sort();
};

describe("real processes", () => {
  test("load what is written, are seen to have loaded it, and scrape, probe, evaluate and route it", async () => {
    server.put(project());
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(machine.state.appliedRevision).toBe(server.revision);

    const { groups } = (await prometheus.api("/api/v1/rules")) as {
      groups: { name: string; limit: number; rules: { annotations: Record<string, string> }[] }[];
    };
    expect(groups).toMatchObject([
      // Nothing but its name, which tells the release.
      { name: expect.stringMatching(/^_platform\/release\/1\/[0-9a-f]{12}\/1\/1$/), rules: [] },
      { name: "a/default", limit: 1000, rules: [{ annotations: { odd, metricsinfra_rule_id: "rul_First" } }] },
      { name: "_platform/watchdog", rules: [{}] },
    ]);
    const alerts = await waitFor(
      async () => {
        const list = (await alertmanagers[1].api("/api/v2/alerts")) as {
          labels: { alertname: string };
          receivers: object[];
        }[];
        return list.length > 1 && list.toSorted((a, b) => (a.labels.alertname < b.labels.alertname ? -1 : 1));
      },
      { what: "the alerts in the second Alertmanager", deadlineMs: 30_000 },
    );
    expect(alerts.map(({ labels, receivers }) => ({ labels, receivers }))).toEqual([
      { labels: { alertname: "First", project: "a", severity: "warning" }, receivers: [{ name: "a/admins" }] },
      {
        labels: { alertname: "Watchdog", severity: "none", watchdog: "agent-1" },
        receivers: [{ name: "_platform/nobody" }],
      },
    ]);
    const up = await waitFor(
      async () => {
        const samples = await prometheus.query(`up{project="a"} == 1`);
        return samples.length === 2 && samples;
      },
      { what: "both targets to be up", deadlineMs: 30_000 },
    );
    expect(up.map(({ labels }) => labels).toSorted((a, b) => ((a.job ?? "") < (b.job ?? "") ? -1 : 1))).toEqual([
      { __name__: "up", instance: `127.0.0.1:${exporter.port}`, job: "node", project: "a", role: odd },
      { __name__: "up", instance: `${pageUrl}page`, job: "web", project: "a" },
    ]);
    await waitFor(async () => (await prometheus.query(`probe_success{project="a"} == 1`)).length === 1, {
      what: "the probe to succeed, which needs the host header and the body's pattern",
    });
    const { activeTargets } = (await prometheus.api("/api/v1/targets")) as {
      activeTargets: { discoveredLabels: Record<string, string> }[];
    };
    const ids = activeTargets.map(({ discoveredLabels }) => discoveredLabels.__metricsinfra_scrape_job);
    expect(ids.sort()).toEqual(["job_node", "job_web"]);
  });

  test("are not scraped for one project: they know of all, and the exporter tells anybody's secrets to whom one likes", async () => {
    const own = [prometheus, blackbox, ...alertmanagers].map(({ port }) => ({ host: "127.0.0.1", port, labels: {} }));
    const params = { module: "a/web", target: "http://127.0.0.1:1/" };
    const thief = [
      aJob("probe", { staticTargets: own, metricsPath: "/probe", params }),
      aJob("tcp", {
        staticTargets: own,
        probe: { __typename: "TcpProbe", tls: false, ipProtocol: "IP4" },
      }),
    ];
    const webhooks = own.map(({ port }) => {
      return { type: "WEBHOOK" as const, value: `http://127.0.0.1:${port}/`, sendResolved: true, secret: null };
    });
    server.put(project(), aProject("thief", { scrapeJobs: thief, contactGroups: [aGroup("own", webhooks)] }));
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    const outOfReach = "by the policy of the operators, projects may not reach it.";
    expect(machine.state.problems.prj_thief?.map(({ message }) => message)).toEqual([
      ...["probe", "tcp"].flatMap((job) =>
        own.map(({ host }) => `Scrape job "${job}" leaves out the target "${host}": ${outOfReach}`),
      ),
      ...[1, 2, 3, 4].map((index) => `Contact group "own" leaves out its contact ${index} (WEBHOOK): ${outOfReach}`),
    ]);
    server.put(project(), { name: "thief", gone: true });
    await machine.once();
  });

  test("that refuse what passed its check keep what they ran, and it is put back and said", async () => {
    const release = await readlink(join(machine.directory, "prometheus/current"));
    const applied = machine.state.appliedRevision;
    // Two remote writes to one address pass promtool; only Prometheus itself minds.
    const good = await machine.read("../base/prometheus.yml");
    await machine.base(
      "prometheus",
      `${good}remote_write: [{url: 'http://127.0.0.1:1'}, {url: 'http://127.0.0.1:1'}]\n`,
    );
    server.put({ ...project(), rules: [always("Second")] });
    const { refused, waiting } = await machine.once();
    expect([refused.length, waiting]).toEqual([1, []]);
    expect(refused[0]?.message).toMatch(
      /^prometheus: http:\S+ refused to reload \(500\): failed to reload config: .* \(back on the release before it\)$/,
    );
    expect(await readlink(join(machine.directory, "prometheus/current"))).toBe(release);
    expect(await ruleNames()).toEqual(["First"]);
    expect(await prometheus.api("/api/v1/status/runtimeinfo")).toMatchObject({ reloadConfigSuccess: true });
    expect(server.reports.at(-1)).toMatchObject({ state: "FAILED", appliedRevision: applied, problems: refused });

    await machine.base("prometheus", good);
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(await ruleNames()).toEqual(["Second"]);
    expect(machine.state.appliedRevision).toBe(server.revision);
  });

  test("of which one of two Alertmanagers refuses are both put back", async () => {
    const release = await readlink(join(machine.directory, "alertmanager/current"));
    const http = "{url: 'http://127.0.0.1:1', http_config: {tls_config: {ca_file: /nonexistent}}}";
    await machine.base(
      "alertmanager",
      alertmanagerBase.replace("{name: operators}", `{name: operators, webhook_configs: [${http}]}`),
    );
    const { refused } = await machine.once();
    expect(refused.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^alertmanager: http:\S+ refused to reload \(500\): .*nonexistent.* \(back on the release/s,
      ),
    ]);
    expect(await readlink(join(machine.directory, "alertmanager/current"))).toBe(release);
    for (const alertmanager of alertmanagers) {
      const { config } = (await alertmanager.api("/api/v2/status")) as { config: { original: string } };
      expect(config.original).not.toContain("nonexistent");
    }
    await machine.base("alertmanager", alertmanagerBase);
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  });

  test("that refuse at last what they could not be told of before get all of it once it is mended", async () => {
    const withPrometheus = (own: object) => ({ ...settings, prometheus: { ...settings.prometheus, ...own } });
    await machine.configure(withPrometheus({ urls: ["http://127.0.0.1:1"] }));
    server.put({ ...project(), rules: [always("Third")] });
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [{}] });
    await machine.configure(withPrometheus({ reload: { command: ["false"] } }));
    expect(await machine.once()).toMatchObject({ refused: [{}], waiting: [] });
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("Second");
    await machine.configure(settings);
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(await ruleNames()).toEqual(["Third"]);
  });

  test("that were told but have not loaded anything are not believed to have", async () => {
    const applied = machine.state.appliedRevision;
    await machine.configure({
      ...settings,
      prometheus: { ...settings.prometheus, reload: { command: ["true"] }, reloadTimeoutSeconds: 0.5 },
    });
    server.put({ ...project(), rules: [always("Unheard")] });
    const { refused, waiting } = await machine.once();
    expect(refused).toEqual([]);
    expect(waiting.map(({ message }) => message)).toEqual([
      `prometheus: ${prometheus.url} has not loaded its new config within 0.5 s`,
    ]);
    expect(machine.state.appliedRevision).toBe(applied);
    await machine.configure(settings);
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(await ruleNames()).toEqual(["Unheard"]);
  });

  test("are told by a signal or a command as well", async () => {
    const pidFile = join(machine.folder, "prometheus.pid");
    await writeFile(pidFile, `${prometheus.process.pid}\n`);
    const withReload = (reload: object) => ({ ...settings, prometheus: { ...settings.prometheus, reload } });
    for (const [name, reload] of [
      ["BySignal", { pidFile }],
      ["ByCommand", { command: ["kill", "-HUP", String(prometheus.process.pid)] }],
    ] as const) {
      await machine.configure(withReload(reload));
      server.put({ ...project(), rules: [always(name)] });
      expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
      expect(await ruleNames()).toEqual([name]);
    }
    await machine.configure(withReload({ command: ["false"] }));
    server.put({ ...project(), rules: [always("Refused")] });
    expect((await machine.once()).refused[0]?.message).toMatch(/^prometheus: the reload command failed/);
    await machine.configure(withReload({ pidFile: "/nonexistent" }));
    expect((await machine.once()).waiting[0]?.message).toMatch(
      /^prometheus: the process of \/nonexistent cannot be signalled/,
    );
    await machine.configure(settings);
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(await ruleNames()).toEqual(["Refused"]);
  });

  test("that are away are waited for; they read the files when they start, and are then seen to run them", async () => {
    const applied = machine.state.appliedRevision;
    await blackbox.process.stop();
    server.put({ ...project(), scrapeJobs: project().scrapeJobs.slice(0, 1), rules: [always("WhileAway")] });
    const { refused, waiting } = await machine.once();
    expect(refused).toEqual([]);
    expect(waiting.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^blackbox: http:\S+ does not answer: /),
    ]);
    expect(await ruleNames()).toEqual(["WhileAway"]);
    expect(machine.state).toMatchObject({ revision: server.revision, appliedRevision: applied });
    await untilFileEnd(() => startBlackboxExporter({ port: blackbox.port, configFile: blackbox.configFile }));
    expect(await machine.once()).toMatchObject({ changed: true, files: 0, refused: [], waiting: [] });
    expect(machine.state.appliedRevision).toBe(server.revision);
  });

  test("run the limits of the server's tiers, and enforce them", async () => {
    const [eager] = server.limitTiers;
    const limits = { samplesPerScrape: 5, labelsPerSample: 33, labelNameLength: 99, labelValueLength: 999 };
    server.limitTiers = [aTier("default", { ...eager, ...limits, bodyBytes: 7 * 1024 * 1024, seriesPerRule: 1 })];
    const two = always("Two", { enforcedExpr: `label_replace(vector(1), "n", "1", "", "") or vector(2)` });
    server.put({ ...project(), rules: [always("One"), two] });
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    const { yaml } = (await prometheus.api("/api/v1/status/config")) as { yaml: string };
    const [job] = parse(yaml).scrape_configs;
    expect(job).toMatchObject({
      job_name: "metricsinfra/default",
      sample_limit: 5,
      label_limit: 33,
      label_name_length_limit: 99,
      label_value_length_limit: 999,
      body_size_limit: "7MiB",
    });
    const rules = await waitFor(
      async () => {
        const { groups } = (await prometheus.api("/api/v1/rules")) as {
          groups: { limit: number; rules: { name: string; health: string; lastError?: string }[] }[];
        };
        const group = groups.find(({ limit }) => limit === 1);
        return group?.rules.every(({ health }) => health !== "unknown") && group;
      },
      { what: "the rules to be evaluated" },
    );
    expect([rules.limit, rules.rules.map(({ name, health }) => [name, health])]).toEqual([
      1,
      [
        ["One", "ok"],
        ["Two", "err"],
      ],
    ]);
    const target = await waitFor(
      async () => {
        const { activeTargets } = (await prometheus.api("/api/v1/targets")) as {
          activeTargets: { labels: { job: string }; lastError: string }[];
        };
        return activeTargets.find(({ labels, lastError }) => labels.job === "node" && lastError !== "");
      },
      { what: "the scrape of too many samples to fail" },
    );
    expect(target.lastError).toBe("sample limit exceeded");
  });
});

test("a process that asks who is there is told", async () => {
  const [port = 0] = await freePorts(1);
  const own = await Workspace.make({ url: server.url });
  const withPassword = (password: string) => ({
    url: server.url,
    blackbox: { urls: [`http://127.0.0.1:${port}`], basicAuth: { username: "agent", password } },
    alertmanager: false as const,
  });
  await own.once();
  const webConfig = join(own.folder, "web.yml");
  // bcrypt of "pass word".
  await writeFile(
    webConfig,
    "basic_auth_users: {agent: $2b$04$4ekFacQHFwlLCrHVdAPAJ..hbmVGQ2Q6gsdMC6YEEerIDFPtM6FCe}\n",
  );
  await startProcess({
    command: "prometheus-blackbox-exporter",
    args: [
      `--config.file=${join(own.directory, "blackbox/current/blackbox.yml")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--web.config.file=${webConfig}`,
    ],
    ready: { line: /Listening on/ },
  });
  await own.configure(withPassword("pass word"));
  await own.base("blackbox", "modules: {other: {prober: tcp}}\n");
  expect(await own.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
  await own.configure(withPassword("wrong"));
  await own.base("blackbox", "modules: {third: {prober: tcp}}\n");
  expect((await own.once()).refused.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^blackbox: http:\S+ refused to reload \(401\): Unauthorized/),
  ]);
});
