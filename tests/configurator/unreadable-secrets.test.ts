import { beforeEach, expect, test } from "vitest";
import { applierAt } from "./support/applier.js";
import { aGroup, anAlert, aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { alertmanagerBase, Workspace } from "./support/workspace.js";

let server: GraphServer;
let machine: Workspace;

beforeEach(async () => {
  server = await startGraphServer();
  machine = await Workspace.make({ url: server.url });
});

const problem = "The secret sec_1 of cgr_admins cannot be read: its key is not there.";
const reported = (name: string) => ({
  project: `prj_${name}`,
  message: `Contact group "admins" lacks its contact 2 (WEBHOOK): ${problem} Meanwhile the machine keeps the contacts that it had of this project, if any.`,
});

/** A project with two contacts, the second of which has a secret; without one it cannot be read. */
function project(name: string, mail: string, secret: string | null, rule = "Down") {
  const webhook = { type: "WEBHOOK" as const, value: "https://example.org/", sendResolved: true };
  return aProject(name, {
    rules: [anAlert(name, rule)],
    contactGroups: [
      aGroup("admins", [
        { type: "EMAIL", value: `${mail}@example.org`, sendResolved: true, secret: null },
        { ...webhook, secret, secretProblem: secret === null ? problem : null },
      ]),
    ],
    defaultContactGroup: { id: "cgr_admins", name: "admins" },
  });
}

const fragmentOf = (name: string) => `alertmanager/current/projects/${name}.json`;
/** The project's file of contacts, and its secret. */
const contactsOf = async (name: string) => {
  const secrets = (await machine.secrets()).filter(
    ([path]) => path === `alertmanager/current/secrets/${name}.cgr_admins`,
  );
  return [(await machine.files())[fragmentOf(name)], ...secrets.map(([, secret]) => secret)];
};

test("a project whose secret cannot be read keeps its contacts and takes the rest; all other projects go on", async () => {
  server.put(project("a", "old", "s3cret"), project("b", "old", "other"));
  await machine.once();
  const before = await contactsOf("a");
  expect(before[1]).toBe("s3cret");
  server.put(project("a", "new", null, "Other"), project("b", "new", "another"));
  expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
  const after = await machine.files();
  expect(await contactsOf("a")).toEqual(before);
  expect(after["prometheus/current/rules/a.yml"]).toContain("alert: Other");
  expect(await contactsOf("b")).toEqual([expect.stringContaining("new@example.org"), "another"]);
  expect(after["alertmanager/current/alertmanager.yml"]).toMatch(/old@example\.org[\s\S]*new@example\.org/);
  expect(machine.state).toMatchObject({
    revision: 4,
    appliedRevision: 4,
    retryFrom: 2,
    problems: { prj_a: [reported("a")] },
  });
  expect(server.reports.at(-1)).toMatchObject({ state: "SYNCED", appliedRevision: 4, problems: [reported("a")] });
});

test("it keeps them too when everything is fetched and rendered anew", async () => {
  server.put(project("a", "old", "s3cret"));
  await machine.once();
  const before = await contactsOf("a");
  server.put(project("a", "new", null));
  await machine.base("alertmanager", alertmanagerBase.replaceAll("operators", "others"));
  await machine.once();
  expect(await contactsOf("a")).toEqual(before);
  expect(await machine.read("alertmanager/current/alertmanager.yml")).toContain("others");
});

test("a machine that has nothing of the project yet tells the contacts that there are", async () => {
  server.put(project("a", "only", null));
  await machine.once();
  const [fragment = "", ...secrets] = await contactsOf("a");
  expect(JSON.parse(fragment)).toEqual({
    routes: [{ receiver: "a/admins", matchers: [`project="a"`] }],
    receivers: [
      {
        name: "a/admins",
        email_configs: [
          { to: "only@example.org", headers: { "Auto-Submitted": "auto-generated" }, send_resolved: true },
        ],
      },
    ],
  });
  expect(secrets).toEqual([]);
  expect(machine.state.problems).toEqual({ prj_a: [reported("a")] });
});

test("it is fetched again, though nobody changes it, until the secret can be read", async () => {
  server.put(project("a", "old", "s3cret"), project("b", "old", "other"));
  await machine.once();
  server.put(project("a", "new", null), project("b", "new", "other"));
  await machine.once();
  await machine.once();
  expect(machine.state).toMatchObject({ retryFrom: 2, problems: { prj_a: [reported("a")] } });
  server.answer(project("a", "new", "s3cret again"));
  await machine.once();
  expect(await contactsOf("a")).toEqual([expect.stringContaining("new@example.org"), "s3cret again"]);
  expect(machine.state).toMatchObject({ revision: 4, appliedRevision: 4, problems: {} });
  expect(machine.state.retryFrom).toBeUndefined();
  server.operations.length = 0;
  expect(await machine.once()).toMatchObject({ changed: false });
  expect(server.operations).toEqual(["ListChangedProjects"]);
});

test("what another change brings meanwhile does not make it forgotten", async () => {
  server.put(project("a", "old", "s3cret"));
  await machine.once();
  server.put(project("a", "new", null));
  const applier = applierAt(machine, () => new Date("2026-01-01"));
  await applier.run(); // Changed.
  await applier.run(); // Tried again for the first time.
  server.put(project("b", "new", null));
  await applier.run();
  expect(applier.state).toMatchObject({ revision: 3, retryFrom: 1 });
});

test("the next try waits for five minutes, so that a broken secret does not cost a fetch of everything each time", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  server.put(project("a", "old", "s3cret"));
  const applier = applierAt(machine, () => new Date(now));
  await applier.run();
  server.put(project("a", "new", null));
  expect(await applier.run()).toMatchObject({ changed: true });
  expect(await applier.run()).toMatchObject({ changed: true, files: 0 });
  now += 299_999;
  expect(await applier.run()).toMatchObject({ changed: false });
  server.answer(project("a", "new", "s3cret"));
  now += 1;
  expect(await applier.run()).toMatchObject({ changed: true });
  expect(applier.state.problems).toEqual({});
});

test("a server that is behind is noticed though an older revision is asked for", async () => {
  server.put(project("a", "old", "s3cret"), project("gone", "old", "other"));
  await machine.once();
  server.put(project("a", "new", null), project("c", "new", "other"), project("c", "newer", "other"));
  await machine.once();
  server.forget();
  server.put(project("a", "old", "s3cret"), project("a", "old", "s3cret"), project("a", "old", "s3cret"));
  await machine.once();
  const files = await machine.files();
  expect(Object.keys(files).filter((path) => /(gone|\/c)\./.test(path))).toEqual([]);
  expect(machine.state).toMatchObject({ revision: 3, appliedRevision: 3, problems: {} });
});
