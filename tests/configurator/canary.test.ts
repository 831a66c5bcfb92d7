import { readFile, writeFile } from "node:fs/promises";
import { pino } from "pino";
import { expect, test } from "vitest";
import { runDaemon } from "../../configurator/agent.js";
import { readSettings } from "../../configurator/settings/settings.js";
import { startApp, type TestApp } from "../support/app.js";
import { atEnd } from "../support/at-end.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";
import { anAlert, aProject } from "./support/config.js";
import { startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

/** Runs a machine's agent in this process. */
function run({ settingsFile, resolve }: Workspace): void {
  const stop = new AbortController();
  const settings = readSettings(settingsFile, {});
  const running = runDaemon(settings, pino({ level: "silent" }), stop.signal, resolve);
  atEnd(async () => {
    stop.abort();
    await running;
  });
}

/** A machine's agent in this process, whose Prometheus has no process. */
async function startAgent(app: TestApp, name: string): Promise<Workspace> {
  const token = await app.token("AGENT");
  const machine = await Workspace.make({
    url: app.url,
    settings: {
      name,
      server: { url: app.url, token, timeoutSeconds: 10 },
      pollIntervalSeconds: 0.2,
      reportIntervalSeconds: 600,
    },
    blackbox: false,
    alertmanager: false,
  });
  run(machine);
  return machine;
}

test("what the first agent refuses reaches no other, and what it runs does, as does what an operator lets through", async () => {
  const app = await startApp(await createSqliteDatabase());
  const first = await startAgent(app, "a");
  const second = await startAgent(app, "b");
  const { project } = (
    await app.data(app.operator, 'mutation { projectCreate(input: { name: "p" }) { project { id } } }')
  ).projectCreate;
  const addRule = async (name: string): Promise<number> => {
    const mutation =
      "mutation ($input: AlertingRuleCreateInput!) { alertingRuleCreate(input: $input) { revision userErrors { message } } }";
    const input = { project: project.id, name, expr: "up == 0" };
    return (await app.data(app.operator, mutation, { input })).alertingRuleCreate.revision;
  };
  const waited = async (revision: number) =>
    (
      await app.data(
        app.operator,
        `{ waitForRollout(revision: ${revision}, timeoutSeconds: 20) { state agents { agent { name } state } } }`,
      )
    ).waitForRollout;
  const agents = async () =>
    (await app.data(app.operator, "{ agents { id name state appliedRevision waitsFor { name } } }")).agents;
  const rulesOf = async (machine: Workspace) =>
    (await machine.read("prometheus/current/rules/p.yml")).match(/alert: .*/g)?.map((line) => line.slice(7));
  const both = (state: string) => ["a", "b"].map((name) => ({ agent: { name }, state }));
  // Both have reported once.
  await waitFor(async () => (await agents()).length === 2, { what: "both agents" });

  const live = await addRule("Live");
  expect(await waited(live)).toEqual({ state: "APPLIED", agents: both("APPLIED") });
  expect([await rulesOf(first), await rulesOf(second)]).toEqual([["Live"], ["Live"]]);

  const base = await readFile(first.basePath("prometheus"), "utf8");
  await first.base("prometheus", "scrape_configs: 5\n");
  const stuck = await addRule("Stuck");
  const held = await waitFor(
    async () => {
      const known = await agents();
      return known[0].state === "FAILED" && known[1].state === "WAITING" && known;
    },
    { what: "the second to wait" },
  );
  expect(held).toMatchObject([
    { name: "a", state: "FAILED", appliedRevision: live, waitsFor: null },
    { name: "b", state: "WAITING", appliedRevision: live, waitsFor: { name: "a" } },
  ]);
  expect([await rulesOf(first), await rulesOf(second)]).toEqual([["Live"], ["Live"]]);

  const release = `mutation { agentTurnRelease(input: { agent: "${held[0].id}", revision: ${stuck} }) { userErrors { message } } }`;
  await app.data(app.operator, release);
  await waitFor(async () => (await agents())[1].appliedRevision === stuck, { what: "the second to go on" });
  expect([await rulesOf(first), await rulesOf(second)]).toEqual([["Live"], ["Live", "Stuck"]]);

  await addRule("Next");
  await waitFor(async () => (await agents())[1].state === "WAITING", { what: "the second to wait again" });
  await writeFile(first.basePath("prometheus"), base);
  const mended = await addRule("Mended");
  expect(await waited(mended)).toEqual({ state: "APPLIED", agents: both("APPLIED") });
  const all = ["Live", "Mended", "Next", "Stuck"];
  expect([await rulesOf(first), await rulesOf(second)]).toEqual([all, all]);
});

test("a deletion stays confirmed while it waits for its turn", async () => {
  const server = await startGraphServer();
  const settings = { pollIntervalSeconds: 3_600, reportIntervalSeconds: 3_600 };
  const machine = await Workspace.make({ url: server.url, settings, blackbox: false, alertmanager: false });
  const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
  server.put(...names.map((name) => aProject(name, { rules: [anAlert(name, "Down")] })));
  run(machine);
  const reported = (state: string) =>
    waitFor(() => server.reports.find((one) => one.state === state), { what: `a report of ${state}` });
  await reported("SYNCED");
  server.put(...names.slice(1).map((name) => ({ name, gone: true as const })));
  const { brake } = await reported("BRAKED");
  server.released.add(brake?.digest ?? "");
  server.goesFirst = "first";
  server.reports.length = 0;
  server.turns.length = 0;
  server.put(aProject("p0"));
  await waitFor(() => server.turns.length >= 4, { what: "it to ask for its turn" });
  // It is held for as long as a question may be held, from when the others know that it waits.
  expect(server.turns.slice(0, 4).map(({ waitSeconds }) => waitSeconds)).toEqual([0, 2, 2, 2]);
  const states = server.reports.map(({ state }) => state);
  expect(states.lastIndexOf("BRAKED")).toBeLessThan(states.indexOf("WAITING"));
  server.released.clear();
  server.goesFirst = undefined;
  await reported("SYNCED");
  expect(Object.keys(await machine.files()).filter((path) => path.includes("/rules/"))).toEqual([]);
});
