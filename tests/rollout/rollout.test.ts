import { createClient } from "graphql-sse";
import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const report = `mutation ($input: AgentReportInput!) {
  agentReport(input: $input) {
    agent { id name hostname agentVersion outputs appliedRevision state problems { project { name } file message since } } userErrors { code message path }
  }
}`;
const changes = `query ($since: Int!, $first: Int! = 100, $after: String) {
  changedProjects(sinceRevision: $since, first: $first, after: $after) {
    nodes { id name revision deleted project { name } } revision globalRulesRevision pageInfo { hasNextPage endCursor }
  }
}`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let agent = "";
  let now = new Date("2026-01-01T00:00:00Z");

  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => now });
    agent = await app.token("AGENT");
  });

  const made = async (name: string) =>
    (await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } revision } }`))
      .projectCreate;
  const input = (more: object = {}) => ({
    name: "prom-1",
    instanceId: "i1",
    hostname: "host",
    agentVersion: "1.0.0",
    outputs: ["PROMETHEUS"],
    appliedRevision: 0,
    state: "SYNCED",
    reportIntervalSeconds: 10,
    problems: [],
    ...more,
  });
  const sent = async (more: object = {}) => (await app.data(agent, report, { input: input(more) })).agentReport;

  it("tells an agent which projects changed, deletions too, in order of revision and page by page", async () => {
    const [a, b, c] = [await made("a"), await made("b"), await made("c")];
    await app.data(app.operator, `mutation { projectDelete(id: "${b.project.id}") { deletedId } }`);
    await app.data(
      app.operator,
      `mutation { projectUpdate(id: "${a.project.id}", input: { description: "x" }) { revision } }`,
    );
    const { changedProjects } = await app.data(agent, changes, { since: 0 });
    expect(changedProjects).toEqual({
      nodes: [
        { id: c.project.id, name: "c", revision: c.revision, deleted: false, project: { name: "c" } },
        { id: b.project.id, name: "b", revision: c.revision + 1, deleted: true, project: null },
        { id: a.project.id, name: "a", revision: c.revision + 2, deleted: false, project: { name: "a" } },
      ],
      revision: c.revision + 2,
      globalRulesRevision: 0,
      pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
    });
    const first = (await app.data(agent, changes, { since: 0, first: 2 })).changedProjects;
    const rest = (await app.data(agent, changes, { since: 0, first: 2, after: first.pageInfo.endCursor }))
      .changedProjects;
    expect([...first.nodes, ...rest.nodes]).toEqual(changedProjects.nodes);
    expect((await app.data(agent, changes, { since: c.revision + 1 })).changedProjects.nodes).toEqual([
      changedProjects.nodes[2],
    ]);
  });

  it("answers an idle agent with three statements, one of them to know who asks", async () => {
    const { revision } = await app.data(agent, "{ revision }");
    let nodes: unknown;
    const statements = await app.statementsOf(async () => {
      nodes = (await app.data(agent, changes, { since: revision })).changedProjects.nodes;
    });
    expect([nodes, statements.length]).toEqual([[], 3]);
  });

  it("keeps what agents fetch from everybody else", async () => {
    const { project } = await made("private");
    const member = await app.token({ [project.id]: "ADMIN" });
    const codes = await Promise.all(
      [changes, "{ revision }", report].map(
        async (query) => (await app.graphql(member, query, { since: 0, input: input() })).errors?.[0]?.extensions.code,
      ),
    );
    expect(codes).toEqual(["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]);
  });

  it("refuses a negative revision and a report that cannot be", async () => {
    expect((await app.graphql(agent, changes, { since: -1 })).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    const { userErrors } = await sent({
      name: "",
      instanceId: "a b",
      state: "SILENT",
      appliedRevision: -1,
      reportIntervalSeconds: 0,
    });
    expect(userErrors.map(({ path }: { path: string[] }) => path.join("."))).toEqual([
      "input.name",
      "input.instanceId",
      "input.appliedRevision",
      "input.state",
      "input.reportIntervalSeconds",
    ]);
  });

  it("shows how far a change has come: pending, applied, refused", async () => {
    const { project, revision } = await made("rolled");
    const rollout = async () =>
      (
        await app.data(
          app.operator,
          `{ project(name: "rolled") { rollout { revision state agents { agent { name state } appliedRevision state } problems { file message project { name } } } } }`,
        )
      ).project.rollout;
    await sent({ appliedRevision: revision - 1 });
    expect(await rollout()).toEqual({
      revision,
      state: "PENDING",
      agents: [{ agent: { name: "prom-1", state: "SYNCED" }, appliedRevision: revision - 1, state: "PENDING" }],
      problems: [],
    });
    await sent({ appliedRevision: revision });
    expect((await rollout()).state).toBe("APPLIED");
    await sent({
      appliedRevision: revision,
      state: "FAILED",
      problems: [{ project: project.id, file: "rules/rolled.yml", message: "bad" }],
    });
    expect(await rollout()).toMatchObject({
      state: "REFUSED",
      agents: [{ agent: { name: "prom-1", state: "FAILED" }, state: "REFUSED" }],
      problems: [{ file: "rules/rolled.yml", message: "bad", project: { name: "rolled" } }],
    });
    await sent({ name: "thanos-1", outputs: ["THANOS_RULE", "THANOS_QUERY"], appliedRevision: 0 });
    await sent({ appliedRevision: revision });
    expect((await rollout()).state).toBe("APPLIED");
    const karma = { name: "karma-1", outputs: ["KARMA_ACL"] };
    expect((await sent({ ...karma, appliedRevision: 0 })).agent.outputs).toEqual(["KARMA_ACL"]);
    expect((await rollout()).state).toBe("PENDING");
    await sent({ ...karma, appliedRevision: revision });
    expect((await rollout()).state).toBe("APPLIED");
    await sent({ name: "am-1", outputs: ["ALERTMANAGER"], appliedRevision: 0 });
    await sent({ appliedRevision: revision });
    expect((await rollout()).state).toBe("PENDING");
    now = new Date(now.getTime() + 25 * 3_600_000);
    await sent({ appliedRevision: revision });
    expect((await rollout()).state).toBe("APPLIED");
  });

  it("a global rule waits for those that evaluate it", async () => {
    const created = async (mode: string) => {
      const query = `mutation { globalRuleCreate(input: { name: "Down", expr: "up == 0", mode: ${mode} }) { globalRule { id revision } } }`;
      return (await app.data(app.operator, query)).globalRuleCreate.globalRule;
    };
    const stateOf = async (id: string) => {
      const query = `{ node(id: "${id}") { ... on GlobalRule { rollout { state agents { agent { name } } } } } }`;
      const { state, agents } = (await app.data(app.operator, query)).node.rollout;
      return [state, agents.map(({ agent: { name } }: { agent: { name: string } }) => name)];
    };
    const [own, global] = [await created("PER_PROJECT"), await created("GLOBAL")];
    await sent({ appliedRevision: global.revision - 1 });
    await sent({ name: "ruler", instanceId: "r1", outputs: ["THANOS_RULE"], appliedRevision: own.revision - 1 });
    expect([await stateOf(own.id), await stateOf(global.id)]).toEqual([
      ["APPLIED", ["prom-1"]],
      ["PENDING", ["ruler"]],
    ]);
  });

  it("believes what the servers themselves say that they run, and shows it to nobody but the platform's people", async () => {
    const { project, revision } = await made("read-back");
    const rollouts = async () => {
      const { node } = await app.data(
        app.operator,
        `{ node(id: "${project.id}") { ... on Project { rollout { agents { agent { name } appliedRevision state } } } } }`,
      );
      return node.rollout.agents.filter(({ agent: { name } }: { agent: { name: string } }) => name === "prom-1");
    };
    const run = (output: string, more: object = {}) => ({
      output,
      server: `http://${output.toLowerCase()}:9090`,
      revision,
      state: "RUNS",
      seenAt: now.toISOString(),
      detail: null,
      ...more,
    });
    const told = async (...runs: readonly object[]) => {
      expect((await sent({ appliedRevision: revision, runs })).userErrors).toEqual([]);
      const [{ appliedRevision, state }] = await rollouts();
      return [appliedRevision, state];
    };
    expect(await told()).toEqual([revision, "APPLIED"]);
    expect(await told(run("PROMETHEUS"))).toEqual([revision, "APPLIED"]);
    expect(await told(run("PROMETHEUS"), run("PROMETHEUS", { revision: revision - 1, state: "OTHER" }))).toEqual([
      revision - 1,
      "PENDING",
    ]);
    expect(await told(run("PROMETHEUS", { revision: null, state: "OTHER" }))).toEqual([0, "PENDING"]);
    // What ran goes on running: a server that does not answer takes nothing back, and one that never did proves nothing.
    expect(await told(run("PROMETHEUS", { state: "AWAY" }))).toEqual([revision, "APPLIED"]);
    expect(await told(run("PROMETHEUS", { revision: null, state: "AWAY", seenAt: null }))).toEqual([0, "PENDING"]);
    // A Thanos Query holds nothing of a project.
    expect(await told(run("PROMETHEUS"), run("THANOS_QUERY", { revision: 0, state: "OTHER" }))).toEqual([
      revision,
      "APPLIED",
    ]);

    const runs = [run("PROMETHEUS", { state: "OTHER", detail: "x".repeat(2_001) })];
    await sent({ runs });
    const shown = async (token: string) =>
      (await app.data(token, "{ agents { name runs { output server revision state seenAt detail } } }")).agents.find(
        ({ name }: { name: string }) => name === "prom-1",
      ).runs;
    const whole = [{ ...runs[0], detail: "x".repeat(2_000) }];
    expect(await shown(app.operator)).toEqual(whole);
    expect(await shown(await app.token("READER"))).toEqual(whole);
    expect(await shown(agent)).toEqual(whole);
    expect(await shown(await app.token({ [project.id]: "ADMIN" }))).toEqual([]);
  });

  it("refuses what cannot be the URL of a server, or would give away its password", async () => {
    const run = (server: string, revision = 1) => ({ output: "PROMETHEUS", server, revision, state: "RUNS" });
    const { userErrors } = await sent({
      runs: [
        run("http://fine:9090/path"),
        run("http://u:p@prom"),
        run("prom:9090"),
        run(`http://${"a".repeat(500)}`),
        run("https://x", -1),
      ],
    });
    expect(
      userErrors.map(({ path, message }: { path: string[]; message: string }) => [path.join("."), message]),
    ).toEqual([
      ["input.runs.1.server", "Without user name and password."],
      ["input.runs.2.server", "An http or https URL of at most 500 characters."],
      ["input.runs.3.server", "An http or https URL of at most 500 characters."],
      ["input.runs.4.revision", "A revision is not negative."],
    ]);
    const many = await sent({ runs: Array.from({ length: 1_001 }, () => run("http://x")) });
    expect(many.userErrors).toEqual([{ code: "LIMIT", message: "At most 1000 servers.", path: ["input", "runs"] }]);
  });

  it("hides a project's problems from other projects' members", async () => {
    const [mine, other] = [(await made("seen")).project, (await made("unseen")).project];
    await sent({
      problems: [{ project: mine.id, message: "mine" }, { project: other.id, message: "theirs" }, { message: "all" }],
    });
    const member = await app.token({ [mine.id]: "VIEWER" });
    const messages = async (token: string) =>
      (await app.data(token, `{ agents { name problems { message } } }`)).agents
        .find(({ name }: { name: string }) => name === "prom-1")
        .problems.map(({ message }: { message: string }) => message);
    expect([await messages(member), await messages(app.operator)]).toEqual([["mine"], ["mine", "theirs", "all"]]);
  });

  it("keeps since when a problem has been there", async () => {
    const problem = { message: "lasting" };
    const first = (await sent({ problems: [problem] })).agent.problems[0].since;
    now = new Date(now.getTime() + 1_000);
    const second = (await sent({ problems: [problem, { message: "new" }] })).agent.problems;
    expect(second.map(({ since }: { since: string }) => since)).toEqual([first, now.toISOString()]);
  });

  it("refuses a second live agent of one name, and lets it in when the first has fallen silent", async () => {
    await sent({ name: "twin", instanceId: "one" });
    now = new Date(now.getTime() + 20_000);
    const { agent: none, userErrors } = await sent({ name: "twin", instanceId: "two", hostname: "other" });
    expect([none, userErrors]).toEqual([
      null,
      [
        {
          code: "TAKEN",
          message: "Another agent of this name reported 20 s ago from host. Each agent needs a name of its own.",
          path: ["input", "name"],
        },
      ],
    ]);
    now = new Date(now.getTime() + 11_000);
    const state = async () =>
      (await app.data(app.operator, "{ agents { name state hostname } }")).agents.find(
        ({ name }: { name: string }) => name === "twin",
      );
    expect(await state()).toEqual({ name: "twin", state: "SILENT", hostname: "host" });
    expect((await sent({ name: "twin", instanceId: "two", hostname: "other" })).userErrors).toEqual([]);
    expect(await state()).toEqual({ name: "twin", state: "SYNCED", hostname: "other" });
  });

  it("streams the newest revision and each newer one, also those that another server writes", async () => {
    const other = database.type === "mariadb" ? await startApp(database.settings, { now: () => now }) : app;
    const client = createClient({ url: `${app.url}/stream`, headers: { authorization: `Bearer ${agent}` } });
    const { revision } = await app.data(agent, "{ revision }");
    const stream = client.iterate<{ revisions: number }>({ query: "subscription { revisions }" });
    const next = async () => (await stream.next()).value?.data?.revisions;
    expect(await next()).toBe(revision);
    await other.data(other.operator, `mutation { projectCreate(input: { name: "streamed" }) { revision } }`);
    expect(await next()).toBe(revision + 1);
    await stream.return?.(undefined);
    client.dispose();
  });

  it("refuses the stream to members, and queries on it to everybody", async () => {
    const { project } = await made("streamless");
    const member = await app.token({ [project.id]: "ADMIN" });
    const codeOf = async (token: string | null, query: string) => {
      const response = await fetch(`${app.url}/stream`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "text/event-stream",
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify({ query }),
      });
      return /"code":"(\w+)"/.exec(await response.text())?.[1];
    };
    expect([
      await codeOf(member, "subscription { revisions }"),
      await codeOf(app.operator, "{ revision }"),
      await codeOf(null, "subscription { revisions }"),
    ]).toEqual(["FORBIDDEN", "BAD_REQUEST", "UNAUTHENTICATED"]);
  });
});
