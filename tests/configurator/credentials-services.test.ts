import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { type Client, createClient } from "@metricsinfra/sdk";
import { beforeAll, describe, expect, test } from "vitest";
import type { TargetGroup } from "../../configurator/render/target-file.js";
import { startApp } from "../support/app.js";
import { atEnd } from "../support/at-end.js";
import { startBlackboxExporter } from "../support/blackbox-exporter.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePorts } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";
import { Workspace } from "./support/workspace.js";

const password = "Zq9 hunter2: é";
const token = "Zq9hunter2.token";
const basic = (word: string) => `Basic ${Buffer.from(`prom:${word}`).toString("base64")}`;
const secrets = /hunter2|Zq9/;

/** A server on loopback that keeps the requests that it got. */
async function startServer(
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<IncomingMessage[]> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  atEnd(() => server.close());
  return requests;
}

let client: Client;
let machine: Workspace;
let prometheus: Prometheus;
let blackboxUrl: string;
let project: string;
let guardedPort: number;
let elsewherePort: number;
/** What came to where the redirects lead. */
let elsewhere: readonly IncomingMessage[];
let wanted = password;

beforeAll(async () => {
  const [guarded = 0, other = 0, port = 0, blackboxPort = 0] = await freePorts(4);
  guardedPort = guarded;
  elsewherePort = other;
  elsewhere = await startServer(other, (_request, response) => response.end("stolen 1\n"));
  await startServer(guarded, ({ url = "", headers }, response) => {
    const path = url.split("?")[0] ?? "";
    if (path.startsWith("/redirect")) {
      response.writeHead(302, { location: `http://127.0.0.1:${other}${path}` }).end();
      return;
    }
    const expected = path.startsWith("/bearer") ? `Bearer ${token}` : basic(wanted);
    if (path !== "/open" && headers.authorization !== expected) response.writeHead(401).end("who are you?");
    else response.end('guarded{project="b",job="x",instance="y"} 1\n');
  });

  const app = await startApp(await createSqliteDatabase(), {
    egress: { allowedNetworks: ["127.0.0.0/8"], credentialsOverHttp: true, probeRedirects: true },
    prometheus: [{ name: "prometheus", url: `http://127.0.0.1:${port}` }],
    limits: { tiers: { default: { scrapeInterval: "1s", scrapeTimeout: "1s", leastScrapeInterval: "1s" } } },
    upstreams: { cacheSeconds: 0.1 },
  });
  client = createClient({ url: app.url, token: app.operator });
  project = (await client.projects.create({ name: "a" })).project.id;
  machine = await Workspace.make({
    url: app.url,
    settings: { server: { url: app.url, token: await app.token("AGENT") } },
    prometheus: { urls: [] },
    blackbox: { address: `127.0.0.1:${blackboxPort}` },
    alertmanager: false,
  });
  // The processes start from files that are there before them, as they would at a machine's first start.
  await machine.once();
  prometheus = await startPrometheus({
    port,
    configFile: join(machine.directory, "prometheus/current/prometheus.yml"),
  });
  const exporter = await startBlackboxExporter({
    port: blackboxPort,
    configFile: join(machine.directory, "blackbox/current/blackbox.yml"),
  });
  blackboxUrl = exporter.url;
  await machine.configure({
    url: app.url,
    settings: { server: { url: app.url, token: await app.token("AGENT") } },
    prometheus: { urls: [prometheus.url] },
    blackbox: { address: `127.0.0.1:${blackboxPort}`, urls: [blackboxUrl] },
    alertmanager: false,
  });
  await machine.once();
});

const credentials = () => ({ basicAuth: { username: "prom", password } });
const create = async (name: string, values: object) => {
  const staticTargets = [{ host: "127.0.0.1", port: guardedPort }];
  return (await client.scrapeJobs.create({ project, name, staticTargets, ...values })).scrapeJob;
};
/** The module that Prometheus's target of a job names. */
const moduleOf = async (name: string) => {
  const groups = JSON.parse(await machine.read("prometheus/targets/default/a.json")) as TargetGroup[];
  return groups.find(({ labels }) => labels.job === name)?.labels.__param_module ?? "";
};
const waitForValue = (expr: string, value: number, count = 1) =>
  waitFor(
    async () => {
      const samples = await prometheus.query(expr);
      return samples.length === count && samples.every((sample) => sample.value === value) && samples;
    },
    { what: `${count} of ${expr} to be ${value}`, deadlineMs: 30_000 },
  );

describe("a real Prometheus and a real blackbox exporter", () => {
  test("scrape and probe what is behind basic auth and behind a token, and the series are the project's", async () => {
    const jobs = [
      await create("basic", { metricsPath: "/basic", params: { x: "y" }, credentials: credentials() }),
      await create("bearer", { metricsPath: "/bearer", credentials: { bearerToken: token } }),
      await create("nobody", { metricsPath: "/basic" }),
      await create("open", { metricsPath: "/open" }),
      await create("login", { probe: { http: { path: "/basic" } }, credentials: credentials() }),
      await create("api", { probe: { http: { path: "/bearer" } }, credentials: { bearerToken: token } }),
    ];
    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
    await waitForValue('up{job=~"basic|bearer|open"}', 1, 3);
    await waitForValue('up{job="nobody"}', 0);
    await waitForValue('probe_success{job=~"login|api"}', 1, 2);
    const series = (await prometheus.query("guarded")).map(({ labels }) => labels);
    const labels = (job: string) => ({
      __name__: "guarded",
      instance: `127.0.0.1:${guardedPort}`,
      job,
      project: "a",
      exported_instance: "y",
      exported_job: "x",
      exported_project: "b",
    });
    expect(series.toSorted((a, b) => ((a.job ?? "") < (b.job ?? "") ? -1 : 1))).toEqual([
      labels("basic"),
      labels("bearer"),
      labels("open"),
    ]);
    for (const { id, name } of jobs.filter((job) => job.name !== "nobody")) {
      const isUp = async () => (await client.targets.counts(id))?.up === 1;
      await waitFor(isUp, { what: `the graph to show ${name} up` });
    }
  });

  test("show the secrets nowhere: not in their configs, targets, debug output or logs", async () => {
    const pages = [
      `${prometheus.url}/config`,
      `${prometheus.url}/api/v1/status/config`,
      `${prometheus.url}/api/v1/targets`,
      `${prometheus.url}/targets`,
      `${blackboxUrl}/config`,
      `${blackboxUrl}/probe?debug=true&module=${await moduleOf("login")}&target=http://127.0.0.1:${guardedPort}/basic`,
    ];
    const texts = await Promise.all(pages.map(async (page) => (await fetch(page)).text()));
    expect(texts.map((text, index) => [pages[index], secrets.test(text)])).toEqual(pages.map((page) => [page, false]));
    expect(texts[1]).toContain("secrets/a.job_");
    expect(prometheus.process.output).not.toMatch(secrets);
    expect(await machine.dry()).not.toMatch(secrets);
  });

  test("use another secret as soon as there is one", async () => {
    const id = (await client.scrapeJobs.list({ project, filter: { search: "basic" } }).toArray({ limit: 1 }))[0]?.id;
    wanted = "another";
    await waitForValue('up{job="basic"}', 0);
    await client.scrapeJobs.update(id ?? "", { credentials: { basicAuth: { username: "prom", password: wanted } } });
    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
    await waitForValue('up{job="basic"}', 1);
    wanted = password;
  });

  test("send a new secret to no target of before, which still names the module that there was for it", async () => {
    const before = await moduleOf("login");
    const probe = (module: string) => {
      const target = `http://127.0.0.1:${elsewherePort}/evil`;
      return fetch(`${blackboxUrl}/probe?module=${encodeURIComponent(module)}&target=${encodeURIComponent(target)}`);
    };
    const evil = () => elsewhere.filter(({ url }) => url === "/evil").map(({ headers }) => headers.authorization);
    expect((await probe(before)).status).toBe(200);
    expect(evil()).toEqual([basic(password)]);
    const id = (await client.scrapeJobs.list({ project, filter: { search: "login" } }).toArray({ limit: 1 }))[0]?.id;
    await client.scrapeJobs.update(id ?? "", { credentials: { basicAuth: { username: "prom", password: "admins" } } });
    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
    expect(await moduleOf("login")).not.toBe(before);
    const refused = await probe(before);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("Unknown module")]);
    expect(evil()).toEqual([basic(password)]);
    expect((await probe(await moduleOf("login"))).status).toBe(200);
    expect(evil()).toEqual([basic(password), basic("admins")]);
  });

  test("are led nowhere by a redirect, and take no credentials there", async () => {
    await create("redirect", { metricsPath: "/redirect/basic", credentials: credentials() });
    await create("redirect bearer", { metricsPath: "/redirect/bearer", credentials: { bearerToken: token } });
    await create("redirect open", { metricsPath: "/redirect/open" });
    await create("redirect probe", { probe: { http: { path: "/redirect/probe" } }, credentials: credentials() });
    await create("redirect followed", { probe: { http: { path: "/redirect/followed", followRedirects: true } } });
    await machine.once();
    await waitForValue('up{job=~"redirect( bearer| open)?"}', 0, 3);
    await waitForValue('probe_success{job="redirect probe"}', 0);
    // The one that may is followed, so redirects do lead there.
    await waitForValue('probe_success{job="redirect followed"}', 1);
    const paths = new Set(elsewhere.map(({ url }) => url).filter((url) => url !== "/evil"));
    expect([...paths]).toEqual(["/redirect/followed"]);
    const told = elsewhere.filter(({ headers, url }) => headers.authorization !== undefined && url !== "/evil");
    expect(told).toEqual([]);
  });
});
