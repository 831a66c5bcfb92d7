import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpJson } from "../../server/clients/http-json.js";
import { PrometheusClient } from "../../server/clients/prometheus-client.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import { BadUserInputError, UpstreamUnavailableError } from "../../server/core/errors.js";
import { freePort } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { json, startStandIn } from "./stand-in.js";

const upstream = upstreamFetch();
afterAll(() => upstream.close());

const connect = (url: string) =>
  new PrometheusClient(new HttpJson("Prometheus", { name: "prom1", url }, upstream.fetch));

let prometheus: Prometheus;
let client: PrometheusClient;

beforeAll(async () => {
  const nobody = await freePort();
  const rules = join(await tempFolder("rules"), "rules.yml");
  await writeFile(
    rules,
    `groups:
  - name: g
    rules:
      - record: p:up
        expr: up
        labels: {project: p}
      - alert: Down
        expr: up == 0
        for: 1h
        labels: {severity: page}
        annotations: {summary: down}
      - record: twice
        expr: label_replace(up, "job", "x", "", "")
`,
  );
  const port = await freePort();
  prometheus = await startPrometheus({
    port,
    config: `global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [${rules}]
scrape_configs:
  - job_name: good
    static_configs: [{targets: ['127.0.0.1:${port}'], labels: {__own: "1", project: p}}]
  - job_name: bad
    static_configs: [{targets: ['127.0.0.1:${nobody}']}]
`,
  });
  client = connect(prometheus.url);
});

test("is ready and runs its newest config", async () => {
  await client.ready();
  expect(await client.status()).toEqual({ reloadSucceeded: true, lastReloadAtMs: expect.closeTo(Date.now(), -5) });
});

test("reads the targets' health and labels, with the discovered ones", async () => {
  const targets = await waitFor(
    async () => {
      const now = await client.targets();
      return now.length === 2 && now.every(({ health, labels }) => health !== "UNKNOWN" && labels.instance) && now;
    },
    { what: "both targets to be scraped", deadlineMs: 20_000 },
  );
  const [bad, good] = [...targets].sort((a, b) => ((a.labels.job ?? "") < (b.labels.job ?? "") ? -1 : 1));
  expect(good).toEqual({
    discoveredLabels: expect.objectContaining({ __address__: `127.0.0.1:${prometheus.port}`, __own: "1", job: "good" }),
    scrapePool: "good",
    labels: { instance: `127.0.0.1:${prometheus.port}`, job: "good", project: "p" },
    scrapeUrl: `http://127.0.0.1:${prometheus.port}/metrics`,
    health: "UP",
    lastError: null,
    lastScrapeAtMs: expect.closeTo(Date.now(), -5),
    lastScrapeDurationSeconds: expect.any(Number),
  });
  expect(bad).toMatchObject({ health: "DOWN", lastError: expect.stringContaining("connection refused") });
}, 30_000);

test("reads the rules' health", async () => {
  const rules = await waitFor(
    async () => {
      const now = await client.rules();
      return now.some(({ alertingState }) => alertingState === "PENDING") && now;
    },
    { what: "the alert to be pending", deadlineMs: 20_000 },
  );
  const evaluated = {
    lastEvaluationAtMs: expect.closeTo(Date.now(), -5),
    evaluationDurationSeconds: expect.any(Number),
  };
  expect(rules[0]).toEqual({
    kind: "RECORDING",
    name: "p:up",
    labels: { project: "p" },
    annotations: {},
    health: "OK",
    alertingState: null,
    lastError: null,
    ...evaluated,
  });
  expect(rules[1]).toEqual({
    kind: "ALERTING",
    name: "Down",
    labels: { severity: "page" },
    annotations: { summary: "down" },
    health: "OK",
    alertingState: "PENDING",
    lastError: null,
    ...evaluated,
  });
}, 30_000);

test("evaluates an expression", async () => {
  const at = expect.closeTo(Date.now(), -5);
  expect(await client.query("vector(1) / 0")).toEqual([{ labels: {}, value: Number.POSITIVE_INFINITY, atMs: at }]);
  expect(await client.query("3")).toEqual([{ labels: {}, value: 3, atMs: at }]);
  expect(await client.query('absent(nope{a="b"})')).toEqual([{ labels: { a: "b" }, value: 1, atMs: at }]);
});

test.each([
  ["up{", /unexpected end of input/],
  ["up[5m]", /neither a vector nor a number/],
  ["'text'", /neither a vector nor a number/],
])("says what is wrong with %s", async (expr, says) => {
  const refusal = client.query(expr);
  await expect(refusal).rejects.toThrow(BadUserInputError);
  await expect(refusal).rejects.toThrow(says);
});

test.each([
  ["null", null],
  ["an error with status 200", { status: "error", error: "no" }],
  ["targets that are null", { status: "success", data: { activeTargets: null } }],
])("refuses %s as an answer", async (_what, answer) => {
  const server = await startStandIn(json(answer));
  await expect(connect(server.url).targets()).rejects.toThrow(UpstreamUnavailableError);
});
