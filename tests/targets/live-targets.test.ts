import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";

interface Scraped {
  readonly job: { readonly id: string; readonly name: string };
  readonly project: string;
  readonly addresses: readonly string[];
}

const targetFields = `instance scrapeUrl health lastError lastScrapeAt lastScrapeDurationSeconds labels
  scrapeJob { name } replicas { prometheus health lastError lastScrapeAt }`;
const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$/);

describeOnEachDatabase((database) => {
  let app: TestApp;
  let servers: readonly Prometheus[];
  let viewer: string;
  let stranger: string;
  /** An address that nothing listens on. */
  let dead: string;
  const jobs: Record<string, { id: string; name: string }> = {};

  beforeAll(async () => {
    servers = await Promise.all([startPrometheus(), startPrometheus()]);
    dead = `127.0.0.1:${await freePort()}`;
    app = await startApp(database.settings, {
      prometheus: servers.map(({ url }, index) => ({ name: `p${index + 1}`, url })),
      upstreams: { cacheSeconds: 0.001 },
    });
    const projects: Record<string, string> = {};
    for (const name of ["tools", "other", "idle"]) projects[name] = await createProject(app, name);
    for (const [project, name] of [
      ["tools", "nodes"],
      ["tools", "extra"],
      ["other", "nodes"],
      ["idle", "none"],
    ] as const) {
      const input = { project: projects[project], name };
      const mutation =
        "mutation ($input: ScrapeJobCreateInput!) { scrapeJobCreate(input: $input) { scrapeJob { id name } } }";
      jobs[`${project}/${name}`] = (await app.data(app.operator, mutation, { input })).scrapeJobCreate.scrapeJob;
    }
    viewer = await app.token({ [String(projects.tools)]: "VIEWER" });
    stranger = await app.token({ [String(projects.other)]: "ADMIN" });

    const [p1, p2] = servers.map(({ port }) => `127.0.0.1:${port}`) as [string, string];
    const of = (key: string, ...addresses: string[]): Scraped => ({
      job: jobs[key] ?? { id: "", name: "" },
      project: key.split("/")[0] ?? "",
      addresses,
    });
    const scraped = [of("tools/nodes", p1, dead), of("tools/extra", p2), of("other/nodes", p1)];
    await Promise.all(servers.map((server) => server.configure(configOf(scraped))));
    const query = `{ projects(first: 10) { nodes { targets { nodes { replicas { lastScrapeAt } } } } } }`;
    await waitFor(
      async () => {
        const { nodes } = (await app.data(app.operator, query)).projects;
        const replicas = nodes.flatMap(({ targets }: { targets: { nodes: { replicas: object[] }[] } }) =>
          targets.nodes.flatMap((target) => target.replicas),
        );
        return replicas.length === 8 && !JSON.stringify(replicas).includes("null");
      },
      { what: "both servers to have scraped all four targets", deadlineMs: 25_000 },
    );
  });

  it("shows the targets of a job as all servers see them, by instance", async () => {
    const { node } = await app.data(
      viewer,
      `query ($id: ID!) { node(id: $id) { ... on ScrapeJob {
        targetCounts { total up down unknown } targets { totalCount nodes { ${targetFields} } } } } }`,
      { id: jobs["tools/nodes"]?.id },
    );
    expect(node.targetCounts).toEqual({ total: 2, up: 1, down: 1, unknown: 0 });
    expect(node.targets.totalCount).toBe(2);
    const up = `127.0.0.1:${servers[0]?.port}`;
    const target = (instance: string, health: string, lastError: unknown) => ({
      instance,
      scrapeUrl: `http://${instance}/metrics`,
      health,
      lastError,
      lastScrapeAt: time,
      lastScrapeDurationSeconds: expect.any(Number),
      labels: { instance, job: "nodes", project: "tools" },
      scrapeJob: { name: "nodes" },
      replicas: ["p1", "p2"].map((prometheus) => ({ prometheus, health, lastError, lastScrapeAt: time })),
    });
    const expected = [target(up, "UP", null), target(dead, "DOWN", expect.stringContaining("connection refused"))];
    expect(node.targets.nodes).toEqual(expected.sort((a, b) => (a.instance < b.instance ? -1 : 1)));
  });

  it("shows the targets of all jobs of a project, and no others", async () => {
    const query = `{ projects(first: 10) { nodes { name targetCounts { total up down unknown } targets { nodes { scrapeJob { name } } } } } }`;
    const { projects } = await app.data(app.operator, query);
    const seen = Object.fromEntries(
      projects.nodes.map(({ name, targetCounts, targets }: ProjectTargets) => [
        name,
        [targetCounts, targets.nodes.map(({ scrapeJob }) => scrapeJob.name).sort()],
      ]),
    );
    expect(seen).toEqual({
      tools: [{ total: 3, up: 2, down: 1, unknown: 0 }, ["extra", "nodes", "nodes"]],
      other: [{ total: 1, up: 1, down: 0, unknown: 0 }, ["nodes"]],
      idle: [{ total: 0, up: 0, down: 0, unknown: 0 }, []],
    });
    const strangers = await app.data(
      stranger,
      `{ project(name: "tools") { targetCounts { total } } projects { nodes { name } } }`,
    );
    expect(strangers).toEqual({ project: null, projects: { nodes: [{ name: "other" }] } });
  });

  it("filters by health and by text, and pages through what is left", async () => {
    const list = async (arguments_: string) => {
      const query = `{ project(name: "tools") { targets${arguments_} { totalCount nodes { instance } pageInfo { hasNextPage endCursor } } } }`;
      const { targets } = (await app.data(viewer, query)).project;
      return { ...targets, nodes: targets.nodes.map(({ instance }: { instance: string }) => instance) };
    };
    const all = (await list("")).nodes;
    expect(all).toEqual([...all].sort());
    expect(await list("(filter: { health: [DOWN, UNKNOWN] })")).toMatchObject({ nodes: [dead], totalCount: 1 });
    expect(await list("(filter: { health: [] })")).toMatchObject({ nodes: [], totalCount: 0 });
    expect(await list('(filter: { search: "EXTRA" })')).toMatchObject({
      nodes: [`127.0.0.1:${servers[1]?.port}`],
      totalCount: 1,
    });
    expect(await list(`(filter: { search: "${dead}/metrics", health: [UP] })`)).toMatchObject({ totalCount: 0 });
    expect(await list(`(filter: { search: "${dead}" })`)).toMatchObject({ nodes: [dead] });
    const first = await list("(first: 2)");
    expect(first).toMatchObject({ nodes: all.slice(0, 2), totalCount: 3, pageInfo: { hasNextPage: true } });
    const { endCursor } = first.pageInfo;
    const rest = await list(`(first: 2, after: "${endCursor}")`);
    expect(rest).toMatchObject({ nodes: all.slice(2), pageInfo: { hasNextPage: false } });
    for (const wrong of [
      `{ project(name: "tools") { scrapeJobs { nodes { targets(after: "${endCursor}") { totalCount } } } } }`,
      `{ project(name: "other") { targets(after: "${endCursor}") { totalCount } } }`,
      `{ project(name: "tools") { targets(first: 0) { totalCount } } }`,
      `{ project(name: "tools") { targets(first: 101) { totalCount } } }`,
    ]) {
      expect((await app.graphql(app.operator, wrong)).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    }
  });

  it("takes as many SQL statements for three projects with targets as for one", async () => {
    const query = `query ($names: [String!]) { projects(first: 10, filter: { names: $names }) { nodes { targetCounts { total }
      targets { totalCount nodes { scrapeJob { name project { name } } } } } } }`;
    const count = async (names: string[]) =>
      (await app.statementsOf(() => app.data(app.operator, query, { names }))).length;
    expect(await count(["tools", "other", "idle"])).toBe(await count(["other"]));
  });

  it("answers null, and not an empty list, while no Prometheus has answered; stored fields stay", async () => {
    const silent = [{ name: "p1", url: `http://127.0.0.1:${await freePort()}` }];
    const another = await startApp(await database.another(), { prometheus: silent });
    const project = await createProject(another, "tools");
    const mutation = "mutation ($input: ScrapeJobCreateInput!) { scrapeJobCreate(input: $input) { revision } }";
    await another.data(another.operator, mutation, { input: { project, name: "nodes" } });
    const counts = "targetCounts { total } targets { totalCount }";
    const query = `{ project(name: "tools") { name ${counts} scrapeJobs { nodes { name ${counts} } } } }`;
    const { data, errors } = await another.graphql(another.operator, query);
    expect(errors).toBeUndefined();
    expect(data.project).toEqual({
      name: "tools",
      targetCounts: null,
      targets: null,
      scrapeJobs: { nodes: [{ name: "nodes", targetCounts: null, targets: null }] },
    });
  });
});

interface ProjectTargets {
  readonly name: string;
  readonly targetCounts: object;
  readonly targets: { readonly nodes: readonly { readonly scrapeJob: { readonly name: string } }[] };
}

/** Target groups labelled as the configurator labels them, and one target that is not of its making. */
function configOf(scraped: readonly Scraped[]): string {
  const groups = scraped.map(({ job, project, addresses }) => ({
    targets: addresses,
    labels: { __metricsinfra_scrape_job: job.id, job: job.name, project },
  }));
  const foreign = { targets: scraped.flatMap(({ addresses }) => addresses).slice(0, 1), labels: { project: "tools" } };
  return JSON.stringify({
    global: { scrape_interval: "1s" },
    scrape_configs: [
      { job_name: "default", static_configs: groups },
      { job_name: "platform", static_configs: [foreign] },
    ],
  });
}

async function createProject(app: TestApp, name: string): Promise<string> {
  const query = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
  return (await app.data(app.operator, query, { name })).projectCreate.project.id;
}
