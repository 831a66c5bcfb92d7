import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { StateFile } from "../../configurator/disk/agent-state.js";
import { aGlobalRule, aGroup, aJob, anAlert, aProject, aRecording, aTier } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

let server: GraphServer;
let machine: Workspace;
beforeEach(async () => {
  server = await startGraphServer();
  machine = await Workspace.make({ url: server.url, blackbox: false });
});

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => index + from);
const mail = { type: "EMAIL" as const, value: "a@example.org", sendResolved: true, secret: null };
const webhook = { type: "WEBHOOK" as const, value: "https://example.org/", sendResolved: true };
const small = (name: string) =>
  aProject(name, {
    scrapeJobs: [aJob("node")],
    rules: [anAlert(name, "Down")],
    contactGroups: [aGroup("admins", [mail])],
  });
const gone = (name: string) => ({ name, gone: true as const });
const names = numbers(12).map((number) => `p${String(number).padStart(2, "0")}`);
const lastBrake = () => {
  const report = server.reports.at(-1);
  if (report?.brake == null) throw new Error(`the last report tells of no brake: ${JSON.stringify(report)}`);
  return report.brake;
};
/** A cycle that is to be held back; resolves to the brake once nothing but the report came of it. */
const braked = async (on = machine) => {
  const [files, { revision }] = [await on.files(), on.state];
  server.operations.length = 0;
  await expect(on.once()).rejects.toThrow("Nothing was changed. Bring back what was deleted, or have an operator");
  expect(server.operations.filter((one) => one === "ReportAgent")).toHaveLength(1);
  expect([await on.files(), on.state.revision]).toEqual([files, revision]);
  expect(server.reports.at(-1)).toMatchObject({ state: "BRAKED", appliedRevision: on.state.appliedRevision });
  return lastBrake();
};

test("an answer of a server that has lost its data is held back however little the machine has, until it has it again", async () => {
  server.put(small("a"), small("b"));
  await machine.once();
  server.forget();
  const brake = await braked();
  expect(brake).toEqual({
    digest: expect.stringMatching(/^[0-9a-f]{32}$/),
    revision: 0,
    removals: ["PROJECT", "TARGET", "RULE", "CONTACT_GROUP"].map((kind) => ({ kind, count: 2, known: 2, recent: 0 })),
    names: ["project a", "project b"],
  });
  expect(server.reports.at(-1)?.problems).toEqual([
    {
      message: `The server's answer holds no project at all: it would remove 2 of 2 projects, 2 of 2 targets, 2 of 2 rules, 2 of 2 contact groups from this machine. Nothing was changed. Bring back what was deleted, or have an operator confirm it: agentBrakeRelease with the digest "${brake.digest}".`,
    },
  ]);
  expect(await machine.dry()).toContain(`# The server's answer holds no project at all`);
  server.put(small("a"), small("b"), small("b"));
  expect(await machine.once()).toMatchObject({ changed: true, refused: [] });
  expect(server.reports.at(-1)).toMatchObject({ state: "SYNCED", problems: [] });
  expect(server.reports.at(-1)).not.toHaveProperty("brake");
});

test("one confirmation lets all machines with the same deletion carry it out, and no other deletion", async () => {
  server.put(...names.map(small));
  const other = await Workspace.make({ url: server.url, prometheus: false });
  await other.configure({ url: server.url, prometheus: false, settings: { name: "agent-2" } });
  await machine.once();
  await other.once();
  server.put(...names.slice(0, 7).map(gone));
  const [brake, another] = [await braked(), await braked(other)];
  expect(brake.names).toEqual(names.slice(0, 7).map((name) => `project ${name}`));
  expect(another).toEqual({
    ...brake,
    removals: brake.removals.filter(({ kind }) => kind === "PROJECT" || kind === "CONTACT_GROUP"),
  });

  server.released.add(brake.digest);
  server.put(gone("p07"));
  const larger = await braked();
  expect(larger.digest).not.toBe(brake.digest);
  server.put(small("p07"));
  for (const each of [machine, other]) expect(await each.once()).toMatchObject({ changed: true, refused: [] });
  expect((await machine.files())["prometheus/current/rules/p06.yml"]).toBeUndefined();
  expect((await other.files())["alertmanager/current/projects/p07.json"]).toBeDefined();
  expect(server.reports.at(-1)).toMatchObject({ state: "SYNCED" });
  // What an operator has confirmed is no part of what went lately.
  server.put(gone("p08"));
  expect(await machine.once()).toMatchObject({ changed: true });
});

test("a deletion in many small steps is held back like one", async () => {
  server.put(...names.map(small));
  await machine.once();
  server.put(...names.slice(0, 4).map(gone));
  await machine.once();
  server.put(...names.slice(4, 8).map(gone));
  const { removals } = await braked();
  expect(removals[0]).toEqual({ kind: "PROJECT", count: 4, known: 8, recent: 4 });
  // An hour later that is another matter.
  const file = new StateFile(machine.directory);
  const { removed, ...state } = file.read();
  const earlier = new Date(Date.now() - 61 * 60_000).toISOString();
  file.write({ ...state, removed: removed.map(({ counts }) => ({ at: earlier, counts })) });
  expect(await machine.once()).toMatchObject({ changed: true });
  expect(machine.state.removed).toEqual([{ at: expect.any(String), counts: expect.objectContaining({ PROJECT: 4 }) }]);
});

test("a deletion in many small steps is held back also while an output is refused, and counts once", async () => {
  server.put(...names.map(small));
  await machine.once();
  await machine.base("alertmanager", "route: {receiver: nobody}\n");
  for (const [step, left] of [
    [0, 10],
    [2, 8],
  ] as const) {
    server.put(...names.slice(step, step + 2).map(gone));
    expect((await machine.once()).refused).toHaveLength(1);
    // Once more, as each cycle does until that is mended.
    expect((await machine.once()).refused).toHaveLength(1);
    expect(Object.keys(await machine.files()).filter((path) => path.includes("/rules/"))).toHaveLength(left);
  }
  expect(machine.state.removed.map(({ counts }) => [counts.PROJECT, counts.RULE, counts.TARGET])).toEqual([
    [0, 2, 2],
    [0, 2, 2],
  ]);
  server.put(...names.slice(4, 7).map(gone));
  const { removals } = await braked();
  expect(removals.find(({ kind }) => kind === "RULE")).toEqual({ kind: "RULE", count: 3, known: 8, recent: 4 });
});

const target = (number: number) => ({ host: `192.0.2.${number + 1}`, port: 9100, labels: {} });
const targets = (count: number, from = 0) => [aJob("node", { staticTargets: numbers(count, from).map(target) })];
const alerts = (count: number) => numbers(count).map((n) => anAlert("tools", `Alert ${n}`));
const records = (count: number) => numbers(count).map((n) => aRecording("tools", `recorded:${n}`));
const groups = (count: number) => numbers(count).map((n) => aGroup(`group ${n}`, [mail]));
const basic = { kind: "BASIC_AUTH" as const, username: "me", secret: "s3cret", secretProblem: null };
const secretJobs = (count: number) =>
  numbers(count).map((n) => aJob(`job ${n}`, { credentials: basic, scheme: "HTTPS" }));

describe("within a project that stays", () => {
  test.each([
    ["TARGET", "target tools: node 192.0.2.5:9100", (count: number) => ({ scrapeJobs: targets(count) })],
    ["RULE", "rule tools: Alert 4", (count: number) => ({ rules: alerts(count) })],
    ["RULE", "rule tools: recorded:4", (count: number) => ({ rules: records(count) })],
    [
      "RULE",
      "rule tools: Alert 4",
      (n: number) => ({ rules: alerts(12).map((one, at) => ({ ...one, enabled: at < n })) }),
    ],
    ["CONTACT_GROUP", "contact group tools: group 4", (count: number) => ({ contactGroups: groups(count) })],
    ["SCRAPE_CONFIG", "scrape config tools: metricsinfra/tools/job 4", (n: number) => ({ scrapeJobs: secretJobs(n) })],
  ])("the loss of most of each %s is held back", async (kind, name, having) => {
    server.put(aProject("tools", having(12)));
    await machine.once();
    server.put(aProject("tools", having(4)));
    const { removals, names: told } = await braked();
    expect(removals).toContainEqual({ kind, count: 8, known: 12, recent: 0 });
    expect(told).toContain(name);
    expect(told).toHaveLength(kind === "SCRAPE_CONFIG" ? 16 : 8);
    server.put(aProject("tools", having(7)));
    expect(await machine.once()).toMatchObject({ changed: true });
  });

  test("what takes another's place is no loss, nor is a move to another tier", async () => {
    server.limitTiers = [aTier(), aTier("large")];
    server.put(aProject("tools", { scrapeJobs: targets(12), rules: alerts(12) }));
    await machine.once();
    server.put(aProject("tools", { scrapeJobs: targets(12, 50), rules: records(12), limitTier: "large" }));
    expect(await machine.once()).toMatchObject({ changed: true, refused: [] });
    expect(machine.state.removed).toEqual([]);
  });

  test("a secret that cannot be read deletes nothing, and hides no loss of anything else", async () => {
    const contacts = (secret: string | null) =>
      numbers(12).map((n) =>
        aGroup(`group ${n}`, [{ ...webhook, secret, secretProblem: secret === null ? "No key." : null }]),
      );
    server.put(aProject("tools", { contactGroups: contacts("s3cret"), rules: alerts(12) }));
    await machine.once();
    server.put(aProject("tools", { contactGroups: contacts(null), rules: alerts(12) }));
    expect(await machine.once()).toMatchObject({ changed: true });
    server.put(aProject("tools", { contactGroups: contacts(null).slice(0, 2), rules: alerts(2) }));
    expect((await braked()).removals).toEqual([
      { kind: "RULE", count: 10, known: 12, recent: 0 },
      { kind: "CONTACT_GROUP", count: 10, known: 12, recent: 0 },
    ]);
  });

  test("hosts that may not be reached any more are taken away without anybody's confirmation", async () => {
    server.put(aProject("tools", { scrapeJobs: targets(12) }));
    await machine.once();
    server.policy = { ...server.policy, fingerprint: "strict", networks: [{ network: "0.0.0.0/0", allowed: false }] };
    expect(await machine.once()).toMatchObject({ changed: true });
    expect((await machine.files())["prometheus/targets/default/tools.json"]).toBeUndefined();
  });
});

test("rules for all projects are counted by themselves", async () => {
  server.put(...names.map(small));
  server.setGlobalRules(numbers(8).map((number) => aGlobalRule(`Global${number}`)));
  await machine.once();
  server.setGlobalRules([]);
  const brake = await braked();
  expect(brake.removals).toEqual([{ kind: "GLOBAL_RULE", count: 8, known: 8, recent: 0 }]);
  expect(brake.names).toEqual(numbers(8).map((number) => `global rule Global${number}`));
  server.released.add(brake.digest);
  expect(await machine.once()).toMatchObject({ changed: true });
  expect((await machine.files())["prometheus/current/rules/_global.yml"]).toBeUndefined();
});

test("neither a spoilt file nor a name that is none keeps anything from being applied", async () => {
  server.put(aProject("tools", { scrapeJobs: targets(12) }));
  await machine.once();
  const file = join(machine.directory, "prometheus/targets/default/tools.json");
  await writeFile(file, "[{");
  server.put(aProject("tools", { scrapeJobs: targets(12) }), { ...small("x"), name: "../../state" });
  expect(await machine.once()).toMatchObject({ changed: true, refused: [] });
  expect(JSON.parse(await readFile(file, "utf8"))[0].targets).toHaveLength(12);
});

test("the settings say how much may go at once", async () => {
  server.put(...names.map(small));
  await machine.once();
  await machine.configure({
    url: server.url,
    blackbox: false,
    settings: { brake: { maxDeletedShare: 0.1, alwaysAllowed: 1 } },
  });
  server.put(gone("p00"));
  await machine.once();
  server.put(gone("p01"));
  expect((await braked()).removals[0]).toEqual({ kind: "PROJECT", count: 1, known: 11, recent: 1 });
  await machine.configure({ url: server.url, blackbox: false, settings: { brake: { maxDeletedShare: 1 } } });
  server.forget();
  await machine.once();
  expect(Object.keys(await machine.files()).filter((path) => /p\d\d/.test(path))).toEqual([]);
});

test("projects that moved to another shard are taken away, and are no deletion unless it is all of them at once; one that was deleted still is", async () => {
  server.put(...names.map(small));
  await machine.once();
  server.moveAway(...names);
  expect((await braked()).removals[0]).toMatchObject({ kind: "PROJECT", count: names.length });
  server.put(...names.map(small));
  await machine.once();
  server.moveAway(...names.slice(1));
  await machine.once();
  const rules = async () => Object.keys(await machine.files()).filter((path) => path.includes("/rules/"));
  expect(await rules()).toEqual([`prometheus/current/rules/${names[0]}.yml`]);
  expect(server.reports.at(-1)).toMatchObject({ state: "SYNCED", problems: [] });
  // All of it, as after a change of the settings.
  await machine.configure({ url: server.url, blackbox: false, alertmanager: false });
  await machine.once();
  expect(await rules()).toEqual([`prometheus/current/rules/${names[0]}.yml`]);
  server.forget();
  await braked();
});
