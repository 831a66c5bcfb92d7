import { readFile, writeFile } from "node:fs/promises";
import { pino } from "pino";
import { expect, test } from "vitest";
import { runDaemon } from "../../configurator/agent.js";
import { readSettings } from "../../configurator/settings/settings.js";
import { startApp, type TestApp } from "../support/app.js";
import { atEnd } from "../support/at-end.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";
import { Workspace } from "./support/workspace.js";

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
  const stop = new AbortController();
  const settings = readSettings(machine.settingsFile, {});
  const running = runDaemon(settings, pino({ level: "silent" }), stop.signal, machine.resolve);
  atEnd(async () => {
    stop.abort();
    await running;
  });
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
