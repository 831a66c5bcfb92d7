import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { atEnd } from "../support/at-end.js";
import { freePort, freePorts } from "../support/ports.js";
import { startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";
import { aJob, aProject, aTier } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace, type WorkspaceOptions } from "./support/workspace.js";

let server: GraphServer;
let machine: Workspace;
let options: WorkspaceOptions;

const openstack = {
  identityEndpoint: "https://openstack.example.org/v3",
  username: "reader",
  password: "pass-of-the-cloud",
  regions: ["one", "two"],
  hostTemplate: "{instance}.{project}.example.org",
};
const discovering = (overrides = {}) =>
  aJob("nodes", {
    id: "job_nodes",
    openstackDiscovery: { port: 9100, nameRegex: "web-.*" },
    staticTargets: [],
    ...overrides,
  });
const tools = (jobs = [discovering()]) => aProject("tools", { openstackId: "4f1e", scrapeJobs: jobs });

const configure = (settings: object) => {
  options = { url: server.url, prometheus: { openstack: settings }, blackbox: false, alertmanager: false };
  return machine.configure(options);
};
const main = () => machine.read("prometheus/current/prometheus.yml");
const jobsIn = async () => parse(await main()).scrape_configs.slice(1);
const messages = () => Object.values(machine.state.problems).flatMap((list) => list.map(({ message }) => message));

beforeEach(async () => {
  server = await startGraphServer();
  machine = await Workspace.make({ url: server.url });
});

test("a job that discovers is a scrape config of its own, for the project's own instances, named and kept as it says", async () => {
  await configure({ ...openstack, imagesFile: join(machine.folder, "images") });
  await writeFile(join(machine.folder, "images"), "b-image # bookworm\n\na-image\n");
  const credentials = { kind: "BEARER_TOKEN" as const, username: null, secret: "t0ken", secretProblem: null };
  const params = { collect: "cpu" };
  const more = { scheme: "HTTPS" as const, metricsPath: "/m", params, scrapeInterval: "5m", credentials };
  server.put(tools([discovering(), discovering({ id: "job_more", name: "more $1", ...more })]));
  expect(await machine.once()).toMatchObject({ refused: [] });
  expect(messages()).toEqual([]);
  const text = (await main()).replaceAll(machine.directory, "/srv/agent").replace(/job_more\.\w+/, "job_more.TAG");
  await expect(text).toMatchFileSnapshot("fixtures/prometheus-openstack.yml");
  const files = Object.entries(await machine.files()).filter(([path]) => !path.endsWith("prometheus.yml"));
  expect(files.filter(([, file]) => file.includes("pass-of-the-cloud"))).toEqual([]);
  expect(await machine.dry()).not.toContain("pass-of-the-cloud");
});

test("without an OpenStack, an id or a sensible job it discovers nothing, and says so; its static targets stay", async () => {
  await machine.configure({ url: server.url, blackbox: false, alertmanager: false });
  const withStatic = discovering({ staticTargets: [{ host: "192.0.2.1", port: 9100, labels: {} }] });
  server.put(tools([withStatic]));
  await machine.once();
  const told = (why: string) => [`Scrape job "nodes" ${why}.`];
  expect(messages()).toEqual(told("uses OpenStack discovery, and this agent's settings name no OpenStack"));
  expect(await machine.read("prometheus/targets/default/tools.json")).toContain("192.0.2.1:9100");
  await configure(openstack);
  server.put(aProject("tools", { openstackId: null, scrapeJobs: [withStatic] }));
  await machine.once();
  expect(messages()).toEqual(told("uses OpenStack discovery, and the project has no OpenStack id"));
  server.put(tools([discovering({ openstackDiscovery: { port: 0, nameRegex: null } })]));
  await machine.once();
  expect(messages()).toEqual(told("discovers nothing: its port is not a number from 1 to 65535"));
  server.put(tools());
  await machine.once();
  expect([messages(), (await jobsIn()).length]).toEqual([[], 1]);
});

test.each([
  ["is not there", undefined, "cannot be read"],
  ["is empty", "# none yet\n", "names no image: the instances of none would be scraped"],
  ["holds what is no id", "a b\n", '"a b" is no id of an image'],
])("a file of images that %s ends no scrape", async (_what, text, why) => {
  const images = join(machine.folder, "images");
  await writeFile(images, "a-image\n");
  await configure({ ...openstack, imagesFile: images });
  server.put(tools());
  await machine.once();
  const before = await main();
  const file = text === undefined ? join(machine.folder, "missing") : images;
  if (text !== undefined) await writeFile(images, text);
  await configure({ ...openstack, imagesFile: file });
  const { refused } = await machine.once();
  expect(refused).toEqual([{ message: `${file}: ${why}` }]);
  expect(await main()).toBe(before);
});

/** Stands in for Keystone and Nova, which ask whose instances are wanted. */
async function startOpenstack(): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const instance = (name: string, image: string, status = "ACTIVE") => ({
    id: name,
    name,
    status,
    image: { id: image },
    flavor: { id: "1" },
    tenant_id: "4f1e",
    user_id: "u",
    metadata: {},
    addresses: { net: [{ version: 4, addr: "127.0.0.1", "OS-EXT-IPS:type": "fixed" }] },
  });
  const cloud = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.setHeader("content-type", "application/json");
    if (request.url === "/v3/auth/tokens") {
      const { scope } = JSON.parse(body).auth;
      const endpoint = {
        interface: "public",
        region: "RegionOne",
        region_id: "RegionOne",
        url: `${url}/${scope.project.id}`,
      };
      const token = {
        expires_at: "2099-01-01T00:00:00.000000Z",
        catalog: [{ type: "compute", endpoints: [endpoint] }],
      };
      response.writeHead(201, { "x-subject-token": "token" }).end(JSON.stringify({ token }));
    } else if (request.url?.startsWith("/4f1e/servers/detail")) {
      const servers = [
        instance("web-1", "a-image"),
        instance("web-2", "a-image", "SHUTOFF"),
        instance("web-3", "b-image"),
        instance("db-1", "a-image"),
      ];
      response.end(JSON.stringify({ servers: request.url.includes("marker") ? [] : servers }));
    } else response.end(JSON.stringify({ floating_ips: [], servers: [] }));
  });
  await new Promise<void>((resolve) => cloud.listen(port, "127.0.0.1", resolve));
  atEnd(() => cloud.close());
  return `${url}/v3`;
}

test("Prometheus discovers by it, and scrapes who is meant as who it is", async () => {
  const [port = 0, targetPort = 0] = await freePorts(2);
  const target = createServer((_, response) => response.end('up_here{project="other",instance="other"} 1\n'));
  await new Promise<void>((resolve) => target.listen(targetPort, "127.0.0.1", resolve));
  atEnd(() => target.close());
  const images = join(machine.folder, "images");
  await writeFile(images, "a-image\n");
  const { username, password } = openstack;
  await configure({
    identityEndpoint: await startOpenstack(),
    username,
    password,
    refreshInterval: "1s",
    imagesFile: images,
  });
  server.limitTiers = [aTier("default", { scrapeInterval: "1s", scrapeTimeout: "1s", leastScrapeInterval: "1s" })];
  server.put(tools([discovering({ openstackDiscovery: { port: targetPort, nameRegex: "web-.*" } })]));
  await machine.once();
  const prometheus = await startPrometheus({
    port,
    configFile: join(machine.directory, "prometheus/current/prometheus.yml"),
  });
  const series = await waitFor(
    async () => {
      const { result } = (await prometheus.api("/api/v1/query?query=up_here")) as { result: { metric: object }[] };
      return result.length === 2 && result.map(({ metric }) => metric);
    },
    { what: "the discovered targets' series", deadlineMs: 30_000 },
  );
  // This Prometheus does not know of images.
  const labels = ["web-1", "web-3"].map((instance) => ({ instance, job: "nodes", project: "tools" }));
  const exported = { exported_instance: "other", exported_project: "other" };
  const byInstance = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
  expect(series.toSorted(byInstance)).toEqual(labels.map((own) => ({ __name__: "up_here", ...own, ...exported })));
  const { activeTargets } = (await prometheus.api("/api/v1/targets?state=active")) as {
    activeTargets: { scrapePool: string; labels: object }[];
  };
  const found = activeTargets.map(({ scrapePool, labels }) => ({ scrapePool, labels }));
  expect(found.toSorted(byInstance)).toEqual(
    labels.map((own) => ({ scrapePool: "metricsinfra/tools/job_nodes/openstack", labels: own })),
  );
});
