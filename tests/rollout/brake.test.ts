import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const report = `mutation ($input: AgentReportInput!) {
  agentReport(input: $input) { agent { id state brake { digest since releasedAt releasedBy } } userErrors { code message path } }
}`;
const read = `{ agents { name brake { digest revision removals { kind count known recent } names since releasedAt releasedBy } } }`;
const release = `mutation ($id: ID!, $digest: String!, $dryRun: Boolean! = false) {
  agentBrakeRelease(id: $id, digest: $digest, dryRun: $dryRun) {
    agent { id } agents { name } diff { field after } revision userErrors { code message path }
  }
}`;
const digest = "0123456789abcdef0123456789abcdef";
const removals = [{ kind: "PROJECT", count: 7, known: 8, recent: 1 }];
const brake = { digest, revision: 3, removals, names: ["project a", "project b"] };

describeOnEachDatabase((database) => {
  let app: TestApp;
  let agent = "";
  let now = new Date("2026-01-01T00:00:00Z");
  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => now });
    agent = await app.token("AGENT");
  });

  const sent = async (name: string, more: object = {}) => {
    const input = {
      ...{
        name,
        instanceId: name,
        hostname: "host",
        agentVersion: "1.0.0",
        outputs: ["PROMETHEUS"],
        appliedRevision: 0,
      },
      ...{ state: "BRAKED", reportIntervalSeconds: 600, problems: [], brake, ...more },
    };
    return (await app.data(agent, report, { input })).agentReport;
  };
  const released = async (id: string, more: object = {}, token = app.operator, headers = {}) =>
    (await app.data(token, release, { id, digest, ...more }, headers)).agentBrakeRelease;
  const brakes = async (token: string) => (await app.data(token, read)).agents;
  const entriesOf = async (id: string) =>
    (
      await app.data(
        app.operator,
        `{ auditEntries(filter: { entityId: "${id}" }) { nodes { action actor entityType after } } }`,
      )
    ).auditEntries.nodes;

  it("shows operators and readers what an agent holds back, and nobody else", async () => {
    const { agent: told, userErrors } = await sent("a");
    expect([userErrors, told]).toEqual([
      [],
      {
        id: expect.any(String),
        state: "BRAKED",
        brake: { digest, since: now.toISOString(), releasedAt: null, releasedBy: null },
      },
    ]);
    const { projectCreate } = await app.data(
      app.operator,
      `mutation { projectCreate(input: { name: "a" }) { project { id } } }`,
    );
    const member = await app.token({ [projectCreate.project.id]: "ADMIN" });
    const shown = { ...brake, since: now.toISOString(), releasedAt: null, releasedBy: null };
    expect(await brakes(app.operator)).toEqual([{ name: "a", brake: shown }]);
    expect(await brakes(await app.token("READER"))).toEqual([{ name: "a", brake: shown }]);
    expect(await brakes(member)).toEqual([{ name: "a", brake: null }]);
    for (const token of [member, agent, await app.token("READER")]) {
      const { errors } = await app.graphql(token, release, { id: told.id, digest });
      expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    }
  });

  it("lets all agents with the same deletion go on once one of them was released, those too that come within an hour", async () => {
    const { id } = (await sent("a")).agent;
    await sent("b");
    await sent("other", { brake: { ...brake, digest: digest.replace("0", "f") } });
    const dry = await released(id, { dryRun: true });
    const diff = [
      { field: "confirmed", after: digest },
      { field: "ofRevision", after: 3 },
      { field: "deletes", after: { PROJECT: 7 } },
      { field: "names", after: brake.names },
    ];
    expect(dry).toEqual({ agent: null, agents: [{ name: "a" }, { name: "b" }], diff, revision: null, userErrors: [] });
    expect((await sent("a")).agent.brake.releasedAt).toBeNull();

    const key = { "idempotency-key": "once" };
    const done = await released(id, {}, app.operator, key);
    expect(done).toEqual({ ...dry, agent: { id } });
    expect((await released(id, {}, app.operator, key)).agent).toEqual({ id });
    expect(await released(id)).toEqual({ ...done, diff: [] });
    const entries = await entriesOf(id);
    expect(entries.filter(({ action }: { action: string }) => action !== "REFUSED")).toEqual([
      {
        action: "UPDATE",
        actor: "test",
        entityType: "Agent",
        after: { confirmed: digest, ofRevision: 3, deletes: { PROJECT: 7 }, names: brake.names },
      },
    ]);
    const confirmed = { releasedAt: now.toISOString(), releasedBy: "test" };
    for (const name of ["a", "b"]) expect((await sent(name)).agent.brake).toMatchObject(confirmed);
    expect((await sent("other", { brake: { ...brake, digest: digest.replace("0", "f") } })).agent.brake).toMatchObject({
      releasedAt: null,
      releasedBy: null,
    });
    now = new Date(now.getTime() + 3_600_000);
    expect((await sent("late")).agent.brake).toMatchObject(confirmed);
    now = new Date(now.getTime() + 1);
    expect((await sent("too-late")).agent.brake).toMatchObject({ releasedAt: null });
    // One that was over and comes again is another accident.
    expect((await sent("a", { state: "SYNCED", brake: null })).agent.brake).toBeNull();
    expect((await sent("a")).agent.brake).toMatchObject({ since: now.toISOString(), releasedAt: null });
    expect(await released(id)).toMatchObject({ userErrors: [], diff });
    expect((await sent("a")).agent.brake).toMatchObject({ releasedAt: now.toISOString() });
  });

  it("refuses to confirm what the agent does not hold back any more, and what nobody knows", async () => {
    const { id } = (await sent("changing")).agent;
    await sent("changing", { brake: { ...brake, digest: digest.replace("0", "e") } });
    const another = await released(id);
    expect(another).toMatchObject({ agent: null, agents: [], userErrors: [{ code: "CONFLICT", path: ["digest"] }] });
    await sent("changing", { state: "SYNCED", brake: null });
    expect((await released(id)).userErrors).toMatchObject([{ code: "CONFLICT", path: ["id"] }]);
    const unknown = await app.graphql(app.operator, release, { id: `${id.slice(0, -1)}x`, digest });
    expect(unknown.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
    const refusals = (await entriesOf(id)).map(({ action }: { action: string }) => action);
    expect(refusals).toEqual(["REFUSED", "REFUSED"]);
  });

  it("refuses reports of brakes that cannot be, and cuts what is too long", async () => {
    const pathsOf = async (more: object) =>
      (await sent("wrong", more)).userErrors.map(({ path }: { path: string[] }) => path.join("."));
    expect(await pathsOf({ state: "SYNCED" })).toEqual(["input.brake"]);
    expect(await pathsOf({ brake: null })).toEqual(["input.brake"]);
    const wrong = { digest: "a b", revision: -1, removals: [...removals, { ...removals[0], count: -1 }] };
    const paths = ["digest", "revision", "removals", "removals"].map((field) => `input.brake.${field}`);
    expect(await pathsOf({ brake: { ...brake, ...wrong } })).toEqual(paths);
    const names = Array.from({ length: 30 }, () => "n".repeat(1_000));
    expect((await sent("long", { brake: { ...brake, names } })).userErrors).toEqual([]);
    const kept = (await brakes(app.operator)).find(({ name }: { name: string }) => name === "long").brake.names;
    expect(kept).toEqual(Array.from({ length: 20 }, () => "n".repeat(300)));
  });

  it("costs a report one statement more while something is held back", async () => {
    const statements = async (more: object) => (await app.statementsOf(() => sent("counted", more))).length;
    await sent("counted");
    expect(await statements({})).toBe((await statements({ state: "SYNCED", brake: null })) + 1);
  });
});
