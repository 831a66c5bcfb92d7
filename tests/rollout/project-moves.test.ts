import { type Client, createClient } from "@metricsinfra/sdk";
import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { untilFileEnd } from "../support/at-end.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const shards = [{ name: "one" }, { name: "two" }];
const rollout = { moves: { stepSeconds: 0.1 } };

describeOnEachDatabase((database) => {
  let app: TestApp;
  let client: Client<true>;
  let agentToken: string;
  let now = Date.parse("2026-11-20T12:00:00Z");
  let names = 0;

  const start = async (settings: object = {}) => {
    app = await untilFileEnd(() =>
      startApp(database.settings, { shards, rollout, now: () => new Date(now), ...settings }),
    );
    client = createClient({ url: app.url, token: app.operator });
    agentToken = await app.token("AGENT");
  };
  const made = async () => (await client.projects.create({ name: `p${names++}` })).project;
  /** One whose move settles as long as the clock is not set. */
  const madeWithRule = async () => {
    const project = await made();
    await client.alertingRules.create({ project: project.id, name: "Slow", expr: "rate(a[10m]) > 1", for: "5m" });
    return project;
  };
  const report = async (name: string, shard: string, appliedRevision: number, problems: object[] = []) => {
    const input = {
      name,
      instanceId: name,
      hostname: name,
      agentVersion: "1.0.0",
      outputs: ["PROMETHEUS"],
      appliedRevision,
      state: "SYNCED",
      reportIntervalSeconds: 3_600,
      shard,
      runs: [],
      problems,
    };
    const query = "mutation ($input: AgentReportInput!) { agentReport(input: $input) { userErrors { message } } }";
    expect((await app.data(agentToken, query, { input })).agentReport.userErrors).toEqual([]);
  };
  const query = `query ($id: ID!) { node(id: $id) { ... on Project {
    shard { name } shardPin { name } move { phase leastSeconds waitsFor requestedBy from { name } to { name } } } } }`;
  const stateOf = async (id: string) => (await app.data(app.operator, query, { id })).node;
  const until = (id: string, expected: object | null) =>
    waitFor(
      async () => {
        const { move } = await stateOf(id);
        return expected === null
          ? move === null
          : Object.entries(expected).every(([key, value]) => move?.[key] === value);
      },
      { what: `the move to be ${JSON.stringify(expected)}` },
    );
  /** What the agents of a shard are told of a project. */
  const told = async (shard: string, name: string) => {
    const changes = `query ($shard: String) { changedProjects(sinceRevision: 0, shard: $shard, first: 100) { nodes { name movedAway deleted } } }`;
    const { nodes } = (await app.data(agentToken, changes, { shard })).changedProjects;
    const { movedAway } = nodes.find((one: { name: string; deleted: boolean }) => one.name === name && !one.deleted);
    return movedAway ? "away" : "here";
  };
  /** What an agent of each shard has loaded: while it is nothing, no move goes on by itself. */
  const loaded = async (revision: number) => {
    for (const { name } of shards) await report(`agent-of-${name}`, name, revision);
  };
  const otherThan = (shard: string | undefined) => (shard === "one" ? "two" : "one");
  const here = async (id: string): Promise<string> => (await stateOf(id)).shard.name;

  beforeAll(() => start());

  it("both shards have a project until the new one alerts as the old one does; then the old one drops it", async () => {
    const { id, name } = await madeWithRule();
    await client.scrapeJobs.create({ project: id, name: "slow", scrapeInterval: "2m" });
    const from = await here(id);
    const to = otherThan(from);
    await report("a", to, 0);
    const { project, revision } = await client.shards.move({ project: id, shard: to });
    expect(project).toMatchObject({
      shard: { name: from },
      move: { phase: "ARRIVING", leastSeconds: null, from: { name: from }, to: { name: to }, requestedBy: "test" },
    });
    expect((await stateOf(id)).move.waitsFor).toBe('Agent "a" has not loaded the project yet.');
    expect([await told(from, name), await told(to, name)]).toEqual(["here", "here"]);
    expect((await client.shards.moves()).map((move) => move.project.name)).toEqual([name]);

    await report("a", to, revision ?? 0);
    await until(id, { phase: "SETTLING", leastSeconds: 18 * 60 + 10 });
    expect((await stateOf(id)).move.waitsFor).toBe("Its alerts settle for another 1090 s.");
    expect([await told(from, name), await told(to, name)]).toEqual(["here", "here"]);

    now += 1_089_000;
    expect((await stateOf(id)).move.waitsFor).toBe("Its alerts settle for another 1 s.");
    now += 1_000;
    await until(id, null);
    expect(await here(id)).toBe(to);
    expect([await told(from, name), await told(to, name)]).toEqual(["away", "here"]);
    const entries = await client.audit
      .list({ filter: { project: id, entityType: "ProjectMove" } })
      .toArray({ limit: 9 });
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ["DELETE", "server"],
      ["UPDATE", "server"],
      ["CREATE", "test"],
    ]);
  });

  it("waits for an agent that is there, and for what those of the new shard alone say of it", async () => {
    const { id } = await madeWithRule();
    const to = otherThan(await here(id));
    await report("b", to, 0);
    await client.shards.move({ project: id, shard: to });
    const appliedRevision = 1_000_000;
    await report("a", to, appliedRevision);
    await report("a", otherThan(to), appliedRevision);
    await report("b", to, appliedRevision, [{ project: id, message: "It is held." }]);
    await waitFor(
      async () =>
        (await stateOf(id)).move?.waitsFor === 'Agent "b" says what those of the old shard do not: It is held.',
      { what: "the problem in what the move waits for" },
    );
    await report("b", to, appliedRevision);
    await until(id, { phase: "SETTLING" });
    now += 100_000_000;
    expect((await stateOf(id)).move.waitsFor).toBe(`No agent of shard "${to}" that writes for Prometheus is heard of.`);
    await report("b", to, appliedRevision);
    await until(id, null);
  });

  it("is taken back, or ended at once", async () => {
    await loaded(0);
    const { id, name } = await made();
    const from = await here(id);
    const to = otherThan(from);
    await client.shards.move({ project: id, shard: to });
    await expect(client.shards.move({ project: id, shard: to })).rejects.toMatchObject({
      userErrors: [{ code: "CONFLICT", path: ["shard"] }],
    });
    expect((await client.shards.cancelMove(id)).project).toMatchObject({ shard: { name: from }, move: null });
    expect([await told(from, name), await told(to, name)]).toEqual(["here", "away"]);
    await expect(client.shards.cancelMove(id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await client.shards.move({ project: id, shard: to });
    expect((await client.shards.forceMove(id)).project).toMatchObject({ shard: { name: to }, move: null });
    expect([await told(from, name), await told(to, name)]).toEqual(["away", "here"]);
  });

  it("says what is wrong with where a project is to go, and leaves it where it is in a dry run", async () => {
    const { id, name } = await made();
    const from = await here(id);
    const refused = async (shard: string) =>
      (await client.shards.move({ project: id, shard }, { throwOnUserErrors: false })).userErrors;
    expect(await refused(from)).toEqual([
      { code: "INVALID", message: `Project "${name}" is in this shard already.`, path: ["shard"] },
    ]);
    expect(await refused("three")).toEqual([
      { code: "INVALID", message: 'There is no such shard. There are "one", "two".', path: ["shard"] },
    ]);
    await client.shards.move({ project: id, shard: otherThan(from) }, { dryRun: true });
    expect((await stateOf(id)).move).toBeNull();
    const reader = createClient({ url: app.url, token: await app.token("READER") });
    await expect(reader.shards.move({ project: id, shard: "two" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("a pinned project goes where it is pinned, and nowhere else", async () => {
    await loaded(0);
    const { id, name } = await made();
    const from = await here(id);
    const to = otherThan(from);
    const { project } = await client.shards.pin({ project: id, shard: to });
    expect(project).toMatchObject({ shard: { name: from }, shardPin: { name: to }, move: { to: { name: to } } });
    await client.shards.forceMove(id);
    const { userErrors } = await client.shards.move({ project: id, shard: from }, { throwOnUserErrors: false });
    expect(userErrors).toEqual([
      {
        code: "POLICY",
        message: `Project "${name}" is pinned to "${to}". Unpin it with projectShardPin, or pin it elsewhere.`,
        path: ["shard"],
      },
    ]);
    // What somebody else changes of the project leaves it where it is.
    await client.projects.update(id, { description: "Changed." });
    expect(await stateOf(id)).toMatchObject({ shard: { name: to }, shardPin: { name: to } });
    expect((await client.shards.pin({ project: id, shard: null })).project).toMatchObject({
      shardPin: null,
      move: null,
    });
  });

  it("a plan shows what would be moved and begins as it was shown, all of it or nothing", async () => {
    await loaded(0);
    const many = await Promise.all(Array.from({ length: 6 }, made));
    for (const { id } of many) {
      if ((await here(id)) === "one") continue;
      await client.shards.move({ project: id, shard: "one" });
      await client.shards.forceMove(id);
    }
    const plan = await client.shards.planRebalance();
    expect(plan).toMatchObject({ measure: "PROJECTS", seriesTwice: null, underWay: 0 });
    const [one, two] = plan.shards;
    expect(plan.moves.length).toBeGreaterThan(0);
    expect(plan.moves.every(({ from, to }) => from.name === "one" && to.name === "two")).toBe(true);
    expect([one?.after, two?.after]).toEqual([
      (one?.before ?? 0) - plan.moves.length,
      (two?.before ?? 0) + plan.moves.length,
    ]);
    const [first] = plan.moves;
    const gone = { ...plan, moves: [...plan.moves.slice(1), { ...plan.moves[0], from: { name: "two" } }] };
    const refused = await client.shards.applyRebalance(gone as never, { throwOnUserErrors: false });
    expect(refused.userErrors).toEqual([
      {
        code: "CONFLICT",
        message: `Project "${first?.project.name}" is in "one" by now. Ask for another plan.`,
        path: ["moves", String(plan.moves.length - 1), "from"],
      },
    ]);
    expect(await client.shards.moves()).toEqual([]);
    const before = await client.revision();
    const { moves, revision } = await client.shards.applyRebalance(plan);
    expect([moves.length, revision]).toEqual([plan.moves.length, before + 1]);
    expect((await client.shards.planRebalance()).moves).toEqual([]);
    for (const { project } of moves) await client.shards.cancelMove(project.id);
  });

  it("goes on after a restart, and ends with its project", async () => {
    await loaded(0);
    const { id } = await made();
    const to = otherThan(await here(id));
    await client.shards.move({ project: id, shard: to });
    const other = await made();
    await client.shards.move({ project: other.id, shard: otherThan(await here(other.id)) });
    await client.projects.remove(other.id);
    await app.close();
    await start();
    await loaded(1_000_000);
    // It has no rules, so that nothing of it has to settle.
    await until(id, null);
    expect(await here(id)).toBe(to);
    const moving = async () => (await client.shards.moves()).map(({ project }) => project.id);
    await waitFor(async () => !(await moving()).includes(other.id), { what: "the deleted project's move to end" });
  });

  if (database.type === "mariadb") {
    it("of two servers one makes each step, and the change log tells it once", async () => {
      const other = await startApp(database.settings, { shards, rollout, now: () => new Date(now) });
      await loaded(1_000_000);
      const moved = await Promise.all(Array.from({ length: 5 }, made));
      for (const { id } of moved) await client.shards.move({ project: id, shard: otherThan(await here(id)) });
      for (const { id } of moved) await until(id, null);
      await other.close();
      for (const { id } of moved) {
        const entries = client.audit.list({ filter: { project: id, entityType: "ProjectMove" } });
        const steps = (await entries.toArray({ limit: 9 })).map(({ action }) => action);
        expect(steps).toEqual(["DELETE", "UPDATE", "CREATE"]);
      }
    });
  }
});
