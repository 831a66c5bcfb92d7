import { beforeAll, expect, it } from "vitest";
import { assignShard } from "../../server/rollout/shards/assign-shard.js";
import { startStandIn } from "../clients/stand-in.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { untilFileEnd } from "../support/at-end.js";
import { describeOnEachDatabase } from "../support/databases.js";

const one = { name: "one", weight: 1 };
const two = { name: "two", weight: 1 };
const userErrors = "userErrors { code message path }";
const changes = `query ($since: Int!, $shard: String) {
  changedProjects(sinceRevision: $since, shard: $shard, first: 100) { nodes { name deleted movedAway project { name } } }
}`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let agent = "";
  const projects: { readonly id: string; readonly name: string; readonly revision: number }[] = [];

  const made = async (on: TestApp, name: string) => {
    const mutation = `mutation { projectCreate(input: { name: "${name}" }) { project { id name revision } } }`;
    const { project } = (await on.data(on.operator, mutation)).projectCreate;
    projects.push(project);
    return project;
  };
  const shardsOf = async (on: TestApp) => {
    const { nodes } = (await on.data(on.operator, "{ projects(first: 100) { nodes { id shard { name } } } }")).projects;
    return new Map(nodes.map(({ id, shard }: never) => [id, (shard as { name: string } | null)?.name ?? null]));
  };
  const expected = () =>
    new Map(projects.map(({ id }) => [id, assignShard(id, [one, two])?.name]).toSorted() as [string, string][]);
  const asked = async (since: number, shard?: string) =>
    (await app.data(agent, changes, { since, shard })).changedProjects.nodes;

  /** SQLite serves one server: the one that there is ends first. */
  const restart = async (settings: TestSettings = { shards: [one, two] }) => {
    await app.close();
    app = await untilFileEnd(() => startApp(database.settings, settings));
  };

  beforeAll(async () => {
    // From before there were shards.
    app = await startApp(database.settings);
    for (const name of ["a", "b", "c", "d"]) await made(app, name);
    expect([...(await shardsOf(app)).values()]).toEqual([null, null, null, null]);
    expect((await app.data(app.operator, "{ shards { name } }")).shards).toEqual([]);
    await restart();
    agent = await app.token("AGENT");
    for (const name of ["e", "f", "g", "h"]) await made(app, name);
  });

  it("each project is in the shard that it was put into, whatever shards are added and however they are weighted then", async () => {
    expect(new Map([...(await shardsOf(app))].toSorted())).toEqual(expected());
    await restart({
      shards: [{ ...one, weight: 0.001 }, two, { name: "three", weight: 900 }],
    });
    expect(new Map([...(await shardsOf(app))].toSorted())).toEqual(expected());
    await restart();
  });

  it("a shard that has projects cannot be taken out of the settings", async () => {
    await app.close();
    await expect(startApp(database.settings, { shards: [{ name: "other" }] })).rejects.toThrow(
      /^shards: project "[a-h]" is in shard "(one|two)", which is not there\. Keep it while it has projects\.$/,
    );
    await restart();
  });

  it("an agent of a shard is given its projects, and those of others as moved away, but told of all deletions", async () => {
    const told = await Promise.all([asked(0), asked(0, "one"), asked(0, "two")]);
    const shown = (shard?: string) =>
      projects.map(({ id, name }) => {
        const movedAway = shard !== undefined && expected().get(id) !== shard;
        return { name, deleted: false, movedAway, project: movedAway ? null : { name } };
      });
    expect(told).toEqual([shown(), shown("one"), shown("two")]);
    const { id } = await made(app, "gone");
    projects.pop();
    const { revision } = (await app.data(app.operator, `mutation { projectDelete(id: "${id}") { revision } }`))
      .projectDelete;
    const gone = [{ name: "gone", deleted: true, movedAway: false, project: null }];
    expect([await asked(revision - 1, "one"), await asked(revision - 1, "two")]).toEqual([gone, gone]);
  });

  it("a project that comes back is in the shard that it was in", async () => {
    const { id } = await made(app, "back");
    projects.pop();
    const before = (await shardsOf(app)).get(id);
    await app.data(app.operator, `mutation { projectDelete(id: "${id}") { deletedId } }`);
    const { nodes } = (await app.data(app.operator, "{ deletedProjects { nodes { id auditEntry { id } } } }"))
      .deletedProjects;
    const entry = nodes.find((node: { id: string }) => node.id === id).auditEntry.id;
    const restore = `mutation { entityRestore(auditEntry: "${entry}") { ${userErrors} } }`;
    expect((await app.data(app.operator, restore)).entityRestore).toEqual({ userErrors: [] });
    expect((await shardsOf(app)).get(id)).toBe(before);
    await app.data(app.operator, `mutation { projectDelete(id: "${id}") { deletedId } }`);
  });

  it("an unknown shard is refused: when changes are asked for, and when an agent reports", async () => {
    const message = `The server's settings know no shard "three", but "one", "two".`;
    const { errors } = await app.graphql(agent, changes, { since: 0, shard: "three" });
    expect(errors).toMatchObject([{ message, extensions: { code: "BAD_USER_INPUT", path: ["shard"] } }]);
    const report = `mutation ($input: AgentReportInput!) { agentReport(input: $input) { agent { name shard { name } } ${userErrors} } }`;
    const input = {
      name: "p1",
      instanceId: "i",
      hostname: "host",
      agentVersion: "1.0.0",
      outputs: ["PROMETHEUS"],
      appliedRevision: 0,
      state: "SYNCED",
      reportIntervalSeconds: 10,
      problems: [],
    };
    const sent = async (shard: string) => (await app.data(agent, report, { input: { ...input, shard } })).agentReport;
    expect(await sent("three")).toEqual({
      agent: null,
      userErrors: [{ code: "INVALID", message, path: ["input", "shard"] }],
    });
    expect(await sent("two")).toEqual({ agent: { name: "p1", shard: { name: "two" } }, userErrors: [] });
    await restart({});
    const { errors: none } = await app.graphql(agent, changes, { since: 0, shard: "one" });
    expect(none).toMatchObject([
      {
        message: `The server's settings know no shards: add "one" to them, or take "shard" out of the agent's.`,
        extensions: { code: "BAD_USER_INPUT", path: ["shard"] },
      },
    ]);
    await restart();
  });

  it("shards tell of their agents, projects and load, with one statement for the projects of all", async () => {
    const query = "{ shards { name weight replicas projectCount load { series samplesPerSecond } agents { name } } }";
    const count = (name: string) => [...expected().values()].filter((each) => each === name).length;
    const shown = (load: (name: string) => object | null) => [
      { ...one, replicas: [], projectCount: count("one"), load: load("one"), agents: [] },
      { ...two, replicas: [], projectCount: count("two"), load: load("two"), agents: [{ name: "p1" }] },
    ];
    let shards: unknown;
    const statements = await app.statementsOf(async () => {
      shards = (await app.data(app.operator, query)).shards;
    });
    expect(shards).toEqual(shown(() => null));
    expect(statements.filter((sql) => /FROM .?project.? /.test(sql))).toHaveLength(1);

    const result = projects.map(({ name }) => ({ metric: { project: name }, value: [1, "10"] }));
    const prometheus = await startStandIn((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    });
    const replicas = ["p1"];
    await restart({
      prometheus: [{ name: "p1", url: prometheus.url }],
      shards: [{ ...one, replicas }, two],
    });
    const measured = (await app.data(app.operator, query)).shards;
    const [first, second] = shown((name) => ({ series: 10 * count(name), samplesPerSecond: 10 * count(name) }));
    expect(measured).toEqual([{ ...first, replicas }, second]);
  });

  it("a shard that a project is on its way to, or pinned to, cannot be taken out of the settings", async () => {
    const three = { name: "three", weight: 0 };
    await restart({ shards: [one, two, three] });
    const id = projects[0]?.id;
    const pin = `mutation ($id: ID!, $shard: String) { projectShardPin(id: $id, shard: $shard) { ${userErrors} } }`;
    await app.data(app.operator, pin, { id, shard: "three" });
    await app.close();
    const without = () => startApp(database.settings, { shards: [one, two] });
    await expect(without()).rejects.toThrow(
      /^shards: project "a" is on its way to shard "three", which is not there\. Keep it, or cancel the move\.$/,
    );
    app = await untilFileEnd(() => startApp(database.settings, { shards: [one, two, three] }));
    await app.data(app.operator, "mutation ($id: ID!) { projectMoveCancel(id: $id) { revision } }", { id });
    await app.close();
    await expect(without()).rejects.toThrow(
      /^shards: project "a" is pinned to shard "three", which is not there\. Keep it, or unpin the project\.$/,
    );
    app = await untilFileEnd(() => startApp(database.settings, { shards: [one, two, three] }));
    await app.data(app.operator, pin, { id, shard: null });
    await restart();
  });

  it("a project waits for the agents of its shard, and for those of none, but not for another shard's", async () => {
    let project = await made(app, "waits");
    while (assignShard(project.id, [one, two])?.name !== "one") project = await made(app, `waits${projects.length}`);
    const mutation = `mutation ($input: AgentReportInput!) { agentReport(input: $input) { ${userErrors} } }`;
    const names = { "waited-one": "one", "waited-two": "two", "waited-none": null };
    for (const [name, shard] of Object.entries(names)) {
      const input = {
        ...{ name, shard, instanceId: name, hostname: "host", agentVersion: "1.0.0", outputs: ["PROMETHEUS"] },
        ...{ appliedRevision: shard === "two" ? 0 : 1_000, state: "SYNCED", reportIntervalSeconds: 10, problems: [] },
      };
      expect((await app.data(agent, mutation, { input })).agentReport).toEqual({ userErrors: [] });
    }
    const asked = await app.data(
      app.operator,
      `query ($id: ID!, $revision: Int!) {
        node(id: $id) { ... on Project { rollout { state agents { agent { name } state } } } }
        waitForRollout(revision: $revision, project: $id, timeoutSeconds: 0) { state agents { agent { name } state } }
      }`,
      { id: project.id, revision: project.revision },
    );
    const applied = {
      state: "APPLIED",
      agents: [
        { agent: { name: "waited-none" }, state: "APPLIED" },
        { agent: { name: "waited-one" }, state: "APPLIED" },
      ],
    };
    expect(asked).toEqual({ node: { rollout: applied }, waitForRollout: applied });
  });
});
