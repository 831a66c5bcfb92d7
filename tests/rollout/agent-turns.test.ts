import { beforeAll, beforeEach, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const payload = "userErrors { code message path }";
const agentFields =
  "id name state fetchedRevision checkedRevision appliedRevision revisionsBehind unlistedProblems waitsFor { name }";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let token = "";
  let now = new Date("2026-01-01T00:00:00Z");
  let revision = 0;

  beforeAll(async () => {
    app = await startApp(database.settings, {
      rollout: { canaries: ["not-there", "z-first"] },
      now: () => now,
      shards: [{ name: "one" }, { name: "two" }],
    });
    token = await app.token("AGENT");
  });
  beforeEach(async () => {
    const { agents } = await app.data(app.operator, "{ agents { id } }");
    now = new Date(now.getTime() + 24 * 3_600_000);
    for (const { id } of agents) await app.data(app.operator, `mutation { agentDelete(id: "${id}") { deletedId } }`);
    revision = await made();
  });

  const made = async () => {
    const input = { name: `p${Math.random().toString(36).slice(2)}` };
    const mutation = "mutation ($input: ProjectCreateInput!) { projectCreate(input: $input) { revision } }";
    return (await app.data(app.operator, mutation, { input })).projectCreate.revision as number;
  };
  const report = async (name: string, more: object = {}) => {
    const input = {
      name,
      instanceId: name,
      hostname: "host",
      agentVersion: "1.0.0",
      outputs: ["PROMETHEUS"],
      appliedRevision: 0,
      state: "SYNCED",
      reportIntervalSeconds: 10,
      problems: [],
      ...more,
    };
    const mutation = `mutation ($input: AgentReportInput!) { agentReport(input: $input) { agent { ${agentFields} } ${payload} } }`;
    return (await app.data(token, mutation, { input })).agentReport;
  };
  const turn = async (name: string, more: object = {}) => {
    const input = { name, instanceId: name, revision, isAway: false, ...more };
    const mutation = `mutation ($input: AgentTurnInput!) { agentTurn(input: $input) { mayGo waitsFor { name } reason ${payload} } }`;
    return (await app.data(token, mutation, { input })).agentTurn;
  };
  const go = { mayGo: true, waitsFor: null, reason: null, userErrors: [] };
  const waitFor = (name: string) => ({
    mayGo: false,
    waitsFor: { name },
    reason: `Agent "${name}" goes first, and does not run revision ${revision} yet.`,
    userErrors: [],
  });

  it("one agent goes first, and the others once its servers run the revision", async () => {
    for (const name of ["a", "b", "c"]) await report(name);
    expect(await turn("b")).toEqual(waitFor("a"));
    expect(await turn("c")).toEqual(waitFor("a"));
    expect(await turn("a")).toEqual(go);
    await report("a", { state: "APPLYING" });
    expect(await turn("b")).toEqual(waitFor("a"));
    await report("a", { appliedRevision: revision });
    expect([await turn("b"), await turn("c")]).toEqual([go, go]);
  });

  it("a question is held until the answer is yes", async () => {
    for (const name of ["a", "b"]) await report(name);
    const held = turn("b", { waitSeconds: 25 });
    await turn("a");
    await report("a", { appliedRevision: revision });
    expect(await held).toEqual(go);
  });

  it("agents of other shards, and those that write something else, wait for nobody", async () => {
    await report("a", { shard: "one" });
    await report("b", { shard: "two" });
    await report("c", { outputs: ["ALERTMANAGER"] });
    await report("d", { shard: "one", outputs: ["PROMETHEUS", "ALERTMANAGER"] });
    expect([await turn("b"), await turn("c")]).toEqual([go, go]);
    expect(await turn("d")).toEqual(waitFor("a"));
  });

  it("what one's processes refuse or die over holds the others back, until it is mended or an operator says so", async () => {
    const { agent } = await report("a");
    await report("b");
    expect(await turn("a")).toEqual(go);
    await report("a", { state: "FAILED", problems: [{ message: "refused" }] });
    const failed = {
      ...waitFor("a"),
      reason: `Agent "a" goes first, and revision ${revision} failed there: its problems say why. An operator can let the others go on with agentTurnRelease.`,
    };
    expect(await turn("b")).toEqual(failed);
    // Its process is away now, which it was not when it began.
    await turn("a", { isAway: true });
    expect(await turn("b")).toEqual(failed);

    const release = `mutation ($input: AgentTurnReleaseInput!) { agentTurnRelease(input: $input) { agent { name } ${payload} } }`;
    const released = async (input: object) => (await app.data(app.operator, release, { input })).agentTurnRelease;
    expect(await released({ agent: agent.id, revision: revision + 1 })).toEqual({
      agent: null,
      userErrors: [
        { code: "INVALID", message: `A revision that there is: 1 to ${revision}.`, path: ["input", "revision"] },
      ],
    });
    expect(await released({ agent: agent.id, revision })).toEqual({ agent: { name: "a" }, userErrors: [] });
    expect(await turn("b")).toEqual(go);
    const { auditEntries } = await app.data(
      app.operator,
      "{ auditEntries(first: 1) { nodes { action entityType after } } }",
    );
    expect(auditEntries.nodes).toEqual([
      { action: "UPDATE", entityType: "Agent", after: { passedRevision: revision } },
    ]);

    // The next revision is another matter.
    revision = await made();
    await turn("a");
    expect(await turn("b")).toEqual({
      ...failed,
      reason: failed.reason.replace(/revision \d+/, `revision ${revision}`),
    });
    await report("a", { appliedRevision: revision });
    expect(await turn("b")).toEqual(go);
  });

  it("nobody waits for an agent that says nothing any more, or whose processes were away before", async () => {
    for (const name of ["a", "b", "c"]) await report(name);
    expect(await turn("a", { isAway: true })).toEqual(go);
    expect(await turn("c")).toEqual(waitFor("b"));
    now = new Date(now.getTime() + 31_000);
    await report("c");
    expect(await turn("c")).toEqual(go);
  });

  it("what is rendered otherwise goes in turn too, though its revision is the same", async () => {
    const ran = { appliedRevision: revision, rendering: "aa" };
    for (const name of ["a", "b", "c"]) await report(name, ran);
    await report("older", { ...ran, agentVersion: "0.9.0" });
    const other = { rendering: "bb" };
    const waits = {
      ...waitFor("a"),
      reason: `Agent "a" goes first, and runs revision ${revision} as it was rendered before.`,
    };
    expect([await turn("b", { rendering: "aa" }), await turn("b", other)]).toEqual([go, waits]);
    // It cannot be told what another version renders, nor what is not said.
    expect([await turn("older", other), await turn("b")]).toEqual([go, go]);
    expect(await turn("a", other)).toEqual(go);
    expect(await turn("b", other)).toEqual(waits);
    await report("a", { ...ran, ...other });
    expect(await turn("b", other)).toEqual(go);
    // One whose processes are away when it begins is not waited for, though it ran the revision before.
    await turn("a", { rendering: "cc", isAway: true });
    expect(await turn("b", { rendering: "cc" })).toEqual(go);
    // It has come back, and where its files would be the same by "dd" it needs no turn for that.
    await report("a", { ...ran, rendering: "cc" });
    await report("a", { ...ran, rendering: "dd" });
    expect(await turn("b", { rendering: "ee" })).toEqual(waits);
  });

  it("a rendering that is none is refused", async () => {
    const path = ["input", "rendering"];
    expect((await report("a", { rendering: "A" })).userErrors).toEqual([
      { code: "INVALID", message: "1 to 64 hexadecimal digits.", path },
    ]);
    const call =
      'mutation { agentTurn(input: { name: "a", instanceId: "a", revision: 1, rendering: "", isAway: false }) { mayGo } }';
    const { errors } = await app.graphql(token, call);
    expect(errors?.map(({ message }) => message)).toEqual(['"rendering" must be 1 to 64 hexadecimal digits.']);
  });

  it("who goes first may be settled", async () => {
    for (const name of ["a", "b", "z-first"]) await report(name);
    expect([await turn("a"), await turn("b")]).toEqual([waitFor("z-first"), waitFor("z-first")]);
    expect(await turn("z-first")).toEqual(go);
  });

  it("another instance, and who has not reported, get no turn", async () => {
    await report("a");
    const refusal = (name: string) => ({
      mayGo: false,
      waitsFor: null,
      reason: null,
      userErrors: [
        {
          code: "TAKEN",
          message: `No agent "${name}" of this instance has reported: report first.`,
          path: ["input", "name"],
        },
      ],
    });
    expect([await turn("b"), await turn("a", { instanceId: "other" })]).toEqual([refusal("b"), refusal("a")]);
    const { errors } = await app.graphql(
      token,
      'mutation { agentTurn(input: { name: "a", instanceId: "a", revision: 1, isAway: false, waitSeconds: 26 }) { mayGo } }',
    );
    expect(errors?.map(({ message }) => message)).toEqual(['"waitSeconds" must be 0 to 25.']);
  });

  it("an agent tells how far it is, and for whom it waits", async () => {
    await report("a");
    expect(
      await report("b", {
        state: "WAITING",
        waitsFor: "a",
        fetchedRevision: 3,
        checkedRevision: 2,
        appliedRevision: 1,
        unlistedProblems: 7,
      }),
    ).toEqual({
      agent: {
        id: expect.any(String),
        name: "b",
        state: "WAITING",
        fetchedRevision: 3,
        checkedRevision: 2,
        appliedRevision: 1,
        revisionsBehind: revision - 1,
        unlistedProblems: 7,
        waitsFor: { name: "a" },
      },
      userErrors: [],
    });
  });

  it("an agent that is gone can be forgotten, and is written down; one that is alive cannot", async () => {
    const { agent } = await report("a");
    const forget = async () =>
      (await app.data(app.operator, `mutation { agentDelete(id: "${agent.id}") { deletedId ${payload} } }`))
        .agentDelete;
    const message = "It is alive, and its next report would bring it back: stop it first.";
    expect(await forget()).toEqual({ deletedId: null, userErrors: [{ code: "CONFLICT", message, path: ["id"] }] });
    now = new Date(now.getTime() + 31_000);
    expect(await forget()).toEqual({ deletedId: agent.id, userErrors: [] });
    expect((await app.data(app.operator, "{ agents { name } }")).agents).toEqual([]);
    const { auditEntries } = await app.data(
      app.operator,
      "{ auditEntries(first: 1) { nodes { action entityType before } } }",
    );
    expect(auditEntries.nodes).toMatchObject([{ action: "DELETE", entityType: "Agent", before: { name: "a" } }]);
  });

  it("waits for a revision until it runs everywhere, is refused somewhere, or the time is over", async () => {
    const { project } = (
      await app.data(app.operator, `mutation { projectCreate(input: { name: "w${revision}" }) { project { id } } }`)
    ).projectCreate;
    revision++;
    for (const name of ["a", "b"]) await report(name);
    const query = `query ($project: ID, $timeoutSeconds: Int!) {
      waitForRollout(revision: ${revision}, project: $project, timeoutSeconds: $timeoutSeconds) {
        revision state agents { agent { name } state } problems { message }
      }
    }`;
    const wait = async (variables: object, by = app.operator) => (await app.data(by, query, variables)).waitForRollout;
    const on = (state: string, a: string, b: string, problems: object[] = []) => ({
      revision,
      state,
      agents: [
        { agent: { name: "a" }, state: a },
        { agent: { name: "b" }, state: b },
      ],
      problems,
    });
    expect(await wait({ timeoutSeconds: 0 })).toEqual(on("PENDING", "PENDING", "PENDING"));
    const viewer = await app.token({ [project.id]: "VIEWER" });
    const waiting = [wait({ timeoutSeconds: 25 }), wait({ timeoutSeconds: 25, project: project.id }, viewer)];
    await report("a", { appliedRevision: revision });
    expect(await wait({ timeoutSeconds: 0 })).toEqual(on("PENDING", "APPLIED", "PENDING"));
    await report("b", { appliedRevision: revision });
    const applied = on("APPLIED", "APPLIED", "APPLIED");
    expect(await Promise.all(waiting)).toEqual([applied, applied]);

    await report("b", { appliedRevision: revision, problems: [{ project: project.id, message: "no" }] });
    expect(await wait({ timeoutSeconds: 25, project: project.id }, viewer)).toEqual(
      on("REFUSED", "APPLIED", "REFUSED", [{ message: "no" }]),
    );
    const stranger = await app.token({
      [(await app.data(app.operator, 'mutation { projectCreate(input: { name: "s" }) { project { id } } }'))
        .projectCreate.project.id]: "VIEWER",
    });
    const { errors } = await app.graphql(stranger, query, { timeoutSeconds: 0, project: project.id });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["NOT_FOUND"]);
  });

  it("questions that wait share their looks at the database", async () => {
    for (const name of ["a", "b"]) await report(name);
    const wait = () =>
      app.data(app.operator, `{ waitForRollout(revision: ${revision}, timeoutSeconds: 25) { state } }`);
    const waiting = Array.from({ length: 20 }, wait);
    await report("a", { appliedRevision: revision });
    const statements = await app.statementsOf(async () => {
      await report("b", { appliedRevision: revision });
      await Promise.all(waiting);
    });
    expect(statements.filter((text) => /FROM .?agent.? /i.test(text)).length).toBeLessThanOrEqual(6);
  });
});
