import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { aclProblem } from "../../configurator/check/karma-acl-check.js";
import { runAgent } from "./support/agent-process.js";
import { applierAt } from "./support/applier.js";
import { aGlobalRule, aGroup, anAlert, aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { karmaAllows, type Matcher } from "./support/karma-acl.js";
import { startKarma } from "./support/stand-in-process.js";
import { Workspace } from "./support/workspace.js";

const odd = `o'd "g{r}oup": *x # – y`;
const known = ["cloud-admins", "people-a", "people-b", odd];
const karmaConfig = (groups: readonly string[]) =>
  JSON.stringify({
    authorization: { groups: groups.map((name) => ({ name, members: ["x"] })) },
    ui: { refresh: "10s" },
  });

const aclPath = "karma-acl/current/acl.yml";
const contact = { type: "WEBHOOK" as const, value: "https://example.org/", sendResolved: true, secret: "s3cret" };
const of = (name: string, aclGroup: string | null) =>
  aProject(name, { aclGroup, rules: [anAlert(name, "Down")], contactGroups: [aGroup("g", [contact])] });

let server: GraphServer;
let machine: Workspace;
let configFile: string;

beforeEach(async () => {
  server = await startGraphServer();
  machine = await Workspace.make({
    url: server.url,
    prometheus: false,
    alertmanager: false,
    settings: { thanosRule: {} },
  });
  configFile = join(machine.folder, "karma.yaml");
  await writeFile(configFile, karmaConfig(known));
  await configure();
});

const configure = (more: object = {}) =>
  machine.configure({
    url: server.url,
    prometheus: false,
    alertmanager: false,
    settings: { karmaAcl: { configFile, operatorGroups: ["cloud-admins"], ...more } },
  });
const messages = () => server.reports.at(-1)?.problems.map(({ message }) => message);

describe("the ACL file", () => {
  test("lets each project's group in for that project alone; no more is fetched of projects than that", async () => {
    server.put(of("a", "people-a"), of("b", "people-b"), of("c", "people-b"), of("d", null), of("e", odd));
    server.setGlobalRules([aGlobalRule("Everywhere")]);
    expect(await machine.once()).toEqual({ changed: true, reloaded: false, files: 5, refused: [], waiting: [] });
    const text = await machine.read(aclPath);
    await expect(text).toMatchFileSnapshot("fixtures/karma-acl.yml");
    expect(aclProblem(text, { operators: ["cloud-admins"], groups: known })).toBeUndefined();
    expect(server.operations).toEqual([
      "ListChangedProjectSettings",
      "GetEgressPolicy",
      "ReportAgent",
      "TakeAgentTurn",
      "ReportAgent",
    ]);
    expect(JSON.stringify(await machine.files())).not.toContain("s3cret");
    expect(server.reports.at(-1)).toMatchObject({ outputs: ["KARMA_ACL"], state: "SYNCED", problems: [] });
    server.operations.length = 0;
    expect(await machine.once()).toEqual({ changed: false, reloaded: false, files: 0, refused: [], waiting: [] });
    expect(server.operations).toEqual(["ListChangedProjectSettings"]);

    const may = (groups: readonly string[], ...silence: readonly Matcher[]) =>
      karmaAllows(text, known, groups, silence);
    const project = (value: string, more: Partial<Matcher> = {}) => ({ name: "project", value, ...more });
    const other = { name: "alertname", value: ".*", isRegex: true };
    expect([
      may(["people-a"], project("a")),
      may(["people-a"], project("a"), other),
      may(["people-b"], project("b")),
      may(["people-b"], other, project("c")),
      may(["people-a", "people-b"], project("c")),
      may([odd], project("e")),
      may(["cloud-admins"], other),
    ]).toEqual(Array(7).fill(true));
    expect([
      may(["people-a"], project("b")),
      may(["people-a"], other),
      may(["people-a"], project("a|b", { isRegex: true })),
      may(["people-a"], project("a", { isRegex: true })),
      may(["people-a"], project("b", { isEqual: false })),
      may(["people-a"], project("a", { isEqual: false })),
      may(["people-a"], project("d")),
      may(["people-a"], { name: "instance", value: "a" }),
      may(["people-b"], project("a")),
      may([], project("a")),
      may(["strangers"], project("a")),
    ]).toEqual(Array(11).fill(false));
  });

  test("follows projects that change their group, lose it or go; of what else changes it is not written anew", async () => {
    server.put(of("a", "people-a"), of("b", "people-b"));
    await machine.once();
    server.put({ ...of("a", "people-a"), description: "other" });
    expect(await machine.once()).toMatchObject({ files: 0, refused: [] });
    server.put(of("a", "people-b"));
    expect(await machine.once()).toMatchObject({ files: 2 });
    const allows = async (group: string, value: string) =>
      karmaAllows(await machine.read(aclPath), known, [group], [{ name: "project", value }]);
    expect([await allows("people-a", "a"), await allows("people-b", "a")]).toEqual([false, true]);
    server.put(of("a", null), { name: "b", gone: true });
    await machine.once();
    expect([await allows("people-b", "a"), await allows("people-b", "b")]).toEqual([false, false]);
    expect(await machine.read(aclPath)).not.toContain("filters");
  });

  test("leaves out a group that Karma does not know, which it would not start with, and tells the project", async () => {
    server.put(of("a", "people-a"), of("b", "unknown"));
    await machine.once();
    const message = `Nobody may silence its alerts in Karma: Karma's config has no group "unknown".`;
    expect(server.reports.at(-1)).toMatchObject({
      state: "SYNCED",
      problems: [{ project: "prj_b", file: "karma-acl/acl.yml", message }],
    });
    expect(await machine.read(aclPath)).not.toContain("unknown");
    await writeFile(configFile, karmaConfig([...known, "unknown"]));
    await machine.once();
    expect([await machine.read(aclPath), messages()]).toEqual([expect.stringContaining("unknown"), []]);
    // And one that is no longer there.
    await writeFile(configFile, karmaConfig(known));
    await machine.once();
    expect([await machine.read(aclPath), messages()]).toEqual([expect.not.stringContaining("unknown"), [message]]);
  });

  test("stays as it is while Karma's own config is not there, is broken or lacks the operators", async () => {
    server.put(of("a", "people-a"));
    await machine.once();
    const before = await machine.files();
    const refusals: unknown[] = [];
    server.put(of("a", "people-b"));
    for (const text of [undefined, "{", karmaConfig(["people-b"])]) {
      if (text === undefined) await rm(configFile);
      else await writeFile(configFile, text);
      refusals.push((await machine.once()).refused.map(({ message }) => message.replace(configFile, "karma.yaml")));
      expect(await machine.files()).toEqual(before);
    }
    expect(refusals).toEqual([
      [expect.stringMatching(/^karma\.yaml: cannot be read: ENOENT/)],
      [expect.stringMatching(/^karma\.yaml: line 1: /)],
      [
        'karma.yaml: authorization.groups: there is no "cloud-admins", which "operatorGroups" names: Karma would not start',
      ],
    ]);
    await writeFile(configFile, karmaConfig(known));
    expect(await machine.once()).toMatchObject({ refused: [], files: 2 });
  });
});

describe("an ACL file is not used", () => {
  const good = `rules:
  - {action: allow, reason: r, scope: {groups: [cloud-admins]}}
  - {action: allow, reason: r, scope: {groups: [people-a], filters: [{name: project, value: a, isRegex: false, isEqual: true}]}}
  - {action: block, reason: r}
`;
  const expected = { operators: ["cloud-admins"], groups: known };
  const last = "the last rule of the ACL file does not block everybody else";
  const second = "rule 2 of the ACL file is none for one project";

  test.each([
    ["its last rule lets in", "action: block", "action: allow", last],
    ["its last rule is for some alone", "block, reason: r", "block, reason: r, scope: {groups: [people-a]}", last],
    ["a rule is for everybody", "groups: [people-a]", "groups: []", second],
    ["a rule is for two groups", "groups: [people-a]", "groups: [people-a, people-b]", second],
    [
      "a rule has no filter",
      "filters: [{name: project, value: a, isRegex: false, isEqual: true}]",
      "filters: []",
      second,
    ],
    ["a filter is for another label", "name: project", "name: instance", second],
    ["a filter takes expressions", "isRegex: false", "isRegex: true", second],
    ["a filter does not say whether it does", "isRegex: false, ", "", second],
    ["a filter is for all other projects", "isEqual: true", "isEqual: false", second],
    ["a filter holds an expression", "value: a", "value: '.*'", second],
    ["a filter is written otherwise", "value: a", "value_re: a", second],
    [
      "it has the form that lets everybody in",
      "filters: [{name: project, value: a, isRegex: false, isEqual: true}]}",
      "}, matchers: {required: [{name: project, value: a}]}",
      second,
    ],
    [
      "others than the operators may do everything",
      "groups: [cloud-admins]",
      "groups: [people-b]",
      "rule 1 of the ACL file lets in others than the operators for everything",
    ],
    ["a group is unknown", "people-a", "x", `Karma's config has no group "x", and would not start`],
    ["it is no map of rules", "rules:", "rule:", "the ACL file holds no list of rules"],
    ["it is no YAML", "rules:", "rules: {", "the ACL file is no YAML"],
  ])("when %s", (_what, part, replacement, problem) => {
    expect(aclProblem(good, expected)).toBeUndefined();
    expect(aclProblem(good.replace(part, replacement), expected)).toBe(problem);
  });

  test("when a file of a project was changed so that it says something else", async () => {
    server.put(of("a", "people-a"));
    await machine.once();
    const fragment = join(machine.directory, "karma-acl/current/projects/a.json");
    await writeFile(fragment, JSON.stringify({ project: "a", group: "strangers" }));
    server.put(of("b", "people-b"));
    const { refused } = await machine.once();
    expect(refused).toEqual([{ message: `karma-acl: Karma's config has no group "strangers", and would not start` }]);
    expect(await machine.read(aclPath)).toContain("people-a");
  });

  test("when the command of the settings refuses it; one that is missing stops this output alone", async () => {
    const check = [
      process.execPath,
      "-e",
      "console.error('bad: ' + process.argv[1].split('/').at(-1)); process.exit(1)",
    ];
    await configure({ check: [...check, "{file}"] });
    server.put(of("a", "people-a"));
    expect((await machine.once()).refused).toEqual([{ message: "karma-acl: bad: check.yml" }]);
    await machine.configure({
      url: server.url,
      prometheus: false,
      settings: { karmaAcl: { configFile, check: ["/nonexistent/karma", "--check-config"] } },
    });
    expect((await machine.once()).refused).toEqual([
      { message: "karma-acl: /nonexistent/karma cannot be run: spawn /nonexistent/karma ENOENT" },
    ]);
    expect(await machine.read("alertmanager/current/alertmanager.yml")).toContain("a/g");
    await expect(access(join(machine.directory, aclPath))).rejects.toThrow("ENOENT");
  });
});

describe("Karma, which reads the file at its start alone", () => {
  const read = async () => {
    const text = await readFile(join(machine.directory, aclPath), "utf8");
    if (text.includes("people-b")) throw new Error("invalid silence ACL rule");
    return text;
  };
  const minute = 60_000;

  test("is started again once for each change of the file, and never for an unchanged one, the agent's start neither", async () => {
    const karma = await startKarma(read);
    await configure({ urls: [karma.url], reload: { command: karma.restart } });
    server.put(of("a", "people-a"));
    expect(await machine.once()).toMatchObject({ reloaded: true, refused: [], waiting: [] });
    expect(await machine.once()).toMatchObject({ changed: false, reloaded: false });
    server.put({ ...of("a", "people-a"), description: "other" });
    expect(await machine.once()).toMatchObject({ changed: true, reloaded: false });
    server.put(of("c", odd));
    expect(await machine.once()).toMatchObject({ reloaded: true, refused: [], waiting: [] });
    expect([karma.loads.length, karma.running()]).toEqual([2, await machine.read(aclPath)]);
    expect((await runAgent("--settings", machine.settingsFile, "--once")).code).toBe(0);
    expect(karma.loads).toHaveLength(2);
  });

  test("gets the file before when it does not come back; the same file is tried again after five minutes, or when it changes", async () => {
    const karma = await startKarma(read);
    await configure({ urls: [karma.url], reload: { command: karma.restart }, reloadTimeoutSeconds: 0.3 });
    server.put(of("a", "people-a"));
    await machine.once();
    const good = await machine.read(aclPath);
    let now = Date.parse("2026-01-01T00:00:00Z");
    const cycle = () => applierAt(machine, () => new Date(now)).run();
    const told =
      /^karma-acl: http\S+ does not answer 0\.3 s after it was started again: .* \(back on the release before it\)/;

    server.put(of("b", "people-b"));
    expect((await cycle()).refused).toEqual([{ message: expect.stringMatching(told) }]);
    expect([karma.running(), await machine.read(aclPath), karma.loads.length]).toEqual([good, good, 2]);
    now += 5 * minute - 1;
    const { refused, files } = await cycle();
    const paused = /\(back on the release before it\) \(tried again when the file changes, else after 5 minutes\)$/;
    expect([refused, files]).toEqual([[{ message: expect.stringMatching(paused) }], 0]);
    expect([karma.loads.length, await machine.read(aclPath)]).toEqual([2, good]);
    now += 1;
    expect((await cycle()).refused).toEqual([{ message: expect.not.stringMatching(paused) }]);
    expect([karma.running(), karma.loads.length]).toEqual([good, 3]);
    server.put(of("b", odd));
    expect(await cycle()).toMatchObject({ refused: [], waiting: [] });
    expect([karma.running(), karma.loads.length]).toEqual([await machine.read(aclPath), 4]);
    expect(machine.state.failedLoads).toEqual({});
  });

  test("that the command did not start again is not taken for one that has read the file", async () => {
    const karma = await startKarma(read);
    await configure({ urls: [karma.url], reload: { command: karma.restart } });
    server.put(of("a", "people-a"));
    await machine.once();
    await configure({ urls: [karma.url], reload: { command: ["true"] }, reloadTimeoutSeconds: 0.2 });
    server.put(of("c", odd));
    const message = `karma-acl: ${karma.url} was not started again by the reload command`;
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [{ message }] });
    expect(server.reports.at(-1)).toMatchObject({ state: "FAILED", appliedRevision: 1, problems: [{ message }] });
  });

  test("that cannot be started is waited for, with the new file in place; a command without a URL is believed by its end", async () => {
    await configure({ reload: { command: ["/nonexistent/systemctl"] } });
    server.put(of("a", "people-a"));
    let now = Date.parse("2026-01-01T00:00:00Z");
    const cycle = () => applierAt(machine, () => new Date(now)).run();
    const message = "karma-acl: spawn /nonexistent/systemctl ENOENT";
    expect(await cycle()).toMatchObject({ refused: [], waiting: [{ message }] });
    const paused = `${message} (tried again when the file changes, else after 5 minutes)`;
    expect(await cycle()).toMatchObject({ files: 0, refused: [], waiting: [{ message: paused }] });
    now += 5 * minute;
    const started = join(machine.folder, "started");
    await configure({ reload: { command: ["mkdir", started] } });
    expect(await cycle()).toMatchObject({ refused: [], waiting: [] });
    await access(started);
    // The folder is there, so a second start would fail.
    expect(await cycle()).toMatchObject({ changed: false });
  });
});

test("a folder that cannot be read stops its output alone, until it can", async () => {
  server.put(of("a", "people-a"));
  await machine.configure({ url: server.url, prometheus: false, settings: { karmaAcl: { configFile } } });
  await mkdir(machine.directory);
  await writeFile(join(machine.directory, "karma-acl"), "in the way");
  expect((await machine.once()).refused).toEqual([{ message: expect.stringMatching(/^karma-acl: ENOTDIR: /) }]);
  expect(await machine.read("alertmanager/current/alertmanager.yml")).toContain("a/g");
  await rm(join(machine.directory, "karma-acl"));
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  expect(await machine.read(aclPath)).toContain("people-a");
});
