import { beforeAll, expect, test } from "vitest";
import { createSqliteDatabase } from "../support/databases.js";
import { type Sql, sqlOn } from "../support/sql.js";
import { waitFor } from "../support/wait-for.js";
import { type RealStack, startRealStack } from "./real-stack.js";

let stack: RealStack;
let sql: Sql;
beforeAll(async () => {
  const database = await createSqliteDatabase();
  stack = await startRealStack({ database });
  sql = await sqlOn(database);
});

const SLOW = { deadlineMs: 60_000, intervalMs: 200 };
/** What Prometheus and Alertmanager run of projects. */
const running = async () => {
  const { groups } = (await stack.prometheus.api("/api/v1/rules")) as { groups: { rules: { name: string }[] }[] };
  const status = (await stack.alertmanagers[0].api("/api/v2/receivers")) as { name: string }[];
  return {
    rules: groups.flatMap(({ rules }) => rules.map(({ name }) => name)).filter((name) => name !== "Watchdog"),
    receivers: status.map(({ name }) => name).filter((name) => name.includes("/") && !name.startsWith("_platform")),
  };
};
const agentIs = (state: string) =>
  waitFor(async () => (await stack.client.agents.list()).find((agent) => agent.state === state), {
    ...SLOW,
    what: `the agent to be ${state}`,
  });
const untilRunning = (all: object) =>
  waitFor(async () => JSON.stringify(await running()) === JSON.stringify(all), { ...SLOW, what: JSON.stringify(all) });

test("a server that lost its data takes nothing off the machines until an operator confirms it", {
  timeout: 240_000,
}, async () => {
  const { client } = stack;
  const { project } = await client.projects.create({ name: "tools" });
  await client.alertingRules.create({ project: project.id, name: "Down", expr: "up == 0" });
  await client.contactGroups.create({ project: project.id, name: "ops", contacts: [] });
  const all = { rules: ["Down"], receivers: ["tools/ops"] };
  await untilRunning(all);
  await agentIs("SYNCED");

  for (const table of ["project", "rule", "scrape_job", "contact_group"]) await sql(`DELETE FROM ${table}`);
  await sql("UPDATE revision SET value = 0, global_rules_value = 0");
  const { id, brake, problems } = await agentIs("BRAKED");
  if (brake === null) throw new Error("the agent tells of no brake");
  expect(brake).toMatchObject({
    removals: ["PROJECT", "RULE", "CONTACT_GROUP"].map((kind) => ({ kind, count: 1, known: 1, recent: 0 })),
    names: ["project tools"],
    releasedAt: null,
  });
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(brake.digest)]);
  expect(await running()).toEqual(all);

  const { agent, agents } = await client.agents.releaseBrake(id, brake.digest);
  expect([agent.brake?.releasedBy, agents.map(({ name }) => name)]).toEqual(["OPERATOR", ["agent"]]);
  await untilRunning({ rules: [], receivers: [] });
  expect(await agentIs("SYNCED")).toMatchObject({ brake: null, problems: [] });
});
