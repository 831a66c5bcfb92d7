import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpJson } from "../../server/clients/http-json.js";
import { PrometheusClient } from "../../server/clients/prometheus-client.js";
import { PrometheusView } from "../../server/clients/prometheus-view.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import { freePort } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { hang, startStandIn } from "./stand-in.js";

const upstream = upstreamFetch();
afterAll(() => upstream.close());

const replica = (name: string, url: string) => ({
  name,
  client: new PrometheusClient(new HttpJson("Prometheus", { name, url }, upstream.fetch, { timeoutMs: 2_000 })),
});
const soon = expect.toSatisfy((at) => at instanceof Date && Math.abs(at.getTime() - Date.now()) < 60_000);

let first: Prometheus;
let second: Prometheus;
let nobody: number;
let view: PrometheusView;

beforeAll(async () => {
  const rules = join(await tempFolder("rules"), "rules.yml");
  await writeFile(
    rules,
    `groups:
  - name: g
    interval: 1s
    rules:
      - {record: "p:up", expr: up, labels: {project: p}}
      - {record: "p:up", expr: up, labels: {project: q}}
      - {alert: Down, expr: up == 0, for: 1h, labels: {project: p}, annotations: {metricsinfra_rule_id: rul_down}}
      - {alert: Many, expr: 'label_replace(up, "instance", "", "", "")', annotations: {metricsinfra_rule_id: rul_bad}}
      - {alert: OfSomebodyElse, expr: up}
`,
  );
  nobody = await freePort();
  const ports = [await freePort(), await freePort()];
  const target = (job: string, port: number | undefined) =>
    `{targets: ['127.0.0.1:${port}'], labels: {__metricsinfra_scrape_job: ${job}, project: p}}`;
  const config = (deadOnly: boolean) => `global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [${rules}]
scrape_configs:
  - job_name: tier
    static_configs: [${deadOnly ? target("job_good", nobody) : `${target("job_good", ports[0])}, ${target("job_two", nobody)}`}]
  - job_name: other
    static_configs: [{targets: ['127.0.0.1:${nobody}']}]
`;
  [first, second] = await Promise.all([
    startPrometheus({ port: ports[0], config: config(false) }),
    startPrometheus({ port: ports[1], config: config(true) }),
  ]);
  view = new PrometheusView([replica("a", first.url), replica("b", second.url)], {
    maxAgeMs: 200,
    now: () => new Date(),
  });
  await waitFor(
    async () => {
      const targets = await view.targets();
      const rules = await view.rules();
      return (
        targets?.of("job_good").every(({ health }) => health !== "UNKNOWN") &&
        targets.of("job_good").length === 2 &&
        rules?.alerting("rul_down")?.replicas.every(({ health }) => health === "OK") &&
        rules.alerting("rul_down")?.alertingState === "PENDING" &&
        rules.alerting("rul_bad")?.health === "ERR"
      );
    },
    { what: "targets to be scraped and rules to be evaluated", deadlineMs: 30_000 },
  );
}, 60_000);

test("finds a scrape job's targets over all servers, and nobody else's", async () => {
  const targets = await view.targets();
  const instances = [first.port, nobody].map((port) => `127.0.0.1:${port}`);
  expect(targets?.of("job_good")).toEqual(
    [
      {
        scrapeJobId: "job_good",
        instance: instances[0],
        scrapeUrl: `http://${instances[0]}/metrics`,
        labels: { instance: instances[0], job: "tier", project: "p" },
        health: "UP",
        lastError: null,
        lastScrapeAt: soon,
        lastScrapeDurationSeconds: expect.any(Number),
        replicas: [{ prometheus: "a", health: "UP", lastError: null, lastScrapeAt: soon }],
      },
      {
        scrapeJobId: "job_good",
        instance: instances[1],
        scrapeUrl: `http://${instances[1]}/metrics`,
        labels: { instance: instances[1], job: "tier", project: "p" },
        health: "DOWN",
        lastError: expect.stringContaining("refused"),
        lastScrapeAt: soon,
        lastScrapeDurationSeconds: expect.any(Number),
        replicas: [
          { prometheus: "b", health: "DOWN", lastError: expect.stringContaining("refused"), lastScrapeAt: soon },
        ],
      },
    ].sort((a, b) => ((a.instance ?? "") < (b.instance ?? "") ? -1 : 1)),
  );
  expect(targets?.of("job_unknown")).toEqual([]);
});

test("finds an alerting rule by its id, a recording rule by what it records", async () => {
  const rules = await view.rules();
  const evaluated = { health: "OK", lastError: null, lastEvaluationAt: soon };
  const ofBoth = {
    ...evaluated,
    evaluationDurationSeconds: expect.any(Number),
    replicas: [
      { prometheus: "a", ...evaluated },
      { prometheus: "b", ...evaluated },
    ],
  };
  expect(rules?.alerting("rul_down")).toEqual({ ...ofBoth, alertingState: "PENDING" });
  expect(rules?.recording("p:up", { project: "p" })).toEqual({ ...ofBoth, alertingState: null });
  expect(rules?.recording("p:up", { project: "p", a: "b" })).toBeNull();
  expect(rules?.recording("p:up", {})).toBeNull();
  expect(rules?.alerting("rul_unknown")).toBeNull();
});

test("a rule that fails anywhere has failed", async () => {
  expect((await view.rules())?.alerting("rul_bad")).toMatchObject({ health: "ERR", lastError: expect.any(String) });
});

test("a server that is down hides nothing, and says why", async () => {
  await second.stop();
  const servers = await waitFor(
    async () => {
      await Promise.all([view.targets(), view.rules()]);
      const now = await view.servers();
      return now[1]?.reachable === false && now;
    },
    { what: "the second server to be seen down" },
  );
  expect(servers).toEqual([
    { name: "a", reachable: true, lastSyncAt: soon, error: null },
    { name: "b", reachable: false, lastSyncAt: soon, error: 'Prometheus "b" refused the connection.' },
  ]);
  // The one that lives knows this job and this rule, so what the dead one remembers of them does not count any more.
  await waitFor(
    async () => {
      const [targets, rules] = [await view.targets(), await view.rules()];
      const health = targets?.of("job_good").map((target) => target.health);
      const replicas = rules?.alerting("rul_down")?.replicas.map(({ prometheus }) => prometheus);
      return JSON.stringify([health, replicas]) === '[["UP"],["a"]]';
    },
    { what: "the living server alone to count" },
  );

  await first.stop();
  await waitFor(async () => (await view.targets())?.of("job_good").length === 2, {
    what: "the last of both to count again",
  });
  expect((await view.rules())?.alerting("rul_down")).toMatchObject({ alertingState: "PENDING" });
});

test("knows nothing of servers that never answered, and does not let them hold up for long who has an answer", async () => {
  const standIn = await startStandIn(hang);
  const dead = new PrometheusView([replica("a", standIn.url)], { maxAgeMs: 200, now: () => new Date() });
  expect(await Promise.all([dead.targets(), dead.rules(), dead.servers()])).toEqual([
    null,
    null,
    [{ name: "a", reachable: false, lastSyncAt: null, error: 'Prometheus "a" did not answer within 2000 ms.' }],
  ]);
});

test("without any server nothing is known", async () => {
  const none = new PrometheusView([], { maxAgeMs: 200, now: () => new Date() });
  expect(await Promise.all([none.targets(), none.rules(), none.servers()])).toEqual([null, null, []]);
});
