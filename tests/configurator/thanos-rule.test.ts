import { readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { findExecutable } from "../../demo/start-process.js";
import { aGlobalRule, anAlert, aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { startThanosRule } from "./support/stand-in-process.js";
import { Workspace } from "./support/workspace.js";

let server: GraphServer;
let machine: Workspace;
/** A machine on which nothing but Thanos Rule runs. */
const only = { prometheus: false, alertmanager: false } as const;
const rulesPath = "thanos-rule/current/rules/_global.yml";
const watchdogPath = "thanos-rule/current/platform/watchdog.yml";

beforeEach(async () => {
  server = await startGraphServer();
  machine = await Workspace.make({ url: server.url, ...only, settings: { thanosRule: {} } });
});

const global = (name: string, more: Parameters<typeof aGlobalRule>[1] = {}) =>
  aGlobalRule(name, { mode: "GLOBAL", ...more });
const messages = () => server.reports.at(-1)?.problems.map(({ message }) => message);

describe("an agent of Thanos Rule alone", () => {
  test("writes the global rules of that mode, fetches no project, and one answer when nothing changed", async () => {
    server.put(aProject("a", { rules: [anAlert("a", "Down")] }));
    server.setGlobalRules([
      global("Silent", { labels: { area: "targets" }, annotations: { summary: "{{ $labels.project }}" } }),
      global("Slow", { interval: "10m", keepFiringFor: "1h", expr: 'sum by (project) (up{project!=""}) == 0' }),
      global("Off", { enabled: false }),
      aGlobalRule("EachPrometheus"),
    ]);
    expect(await machine.once()).toEqual({ changed: true, reloaded: false, files: 2, refused: [], waiting: [] });
    expect(Object.keys(await machine.files()).sort()).toEqual([watchdogPath, rulesPath]);
    await expect(await machine.read(rulesPath)).toMatchFileSnapshot("fixtures/thanos-rules.yml");
    await expect(await machine.read(watchdogPath)).toMatchFileSnapshot("fixtures/thanos-watchdog.yml");
    expect(server.operations).toEqual([
      "GetNewestRevisions",
      "ListGlobalRules",
      "GetEgressPolicy",
      "ReportAgent",
      "TakeAgentTurn",
      "ReportAgent",
    ]);
    expect(server.reports.at(-1)).toMatchObject({ outputs: ["THANOS_RULE"], appliedRevision: 2, problems: [] });

    server.operations.length = 0;
    expect(await machine.once()).toEqual({ changed: false, reloaded: false, files: 0, refused: [], waiting: [] });
    expect(server.operations).toEqual(["GetNewestRevisions"]);
  });

  test("keeps its files when projects change, and says which revision that is", async () => {
    server.setGlobalRules([global("Silent")]);
    await machine.once();
    const before = await machine.files();
    server.put(aProject("a"));
    server.operations.length = 0;
    expect(await machine.once()).toMatchObject({ files: 0, refused: [] });
    expect(server.operations).toEqual(["GetNewestRevisions", "ReportAgent", "TakeAgentTurn", "ReportAgent"]);
    expect([await machine.files(), machine.state.appliedRevision]).toEqual([before, 2]);
  });

  test("removes its file of rules when there are none, and writes both kinds where a Prometheus is too", async () => {
    server.setGlobalRules([global("Silent"), aGlobalRule("EachPrometheus")]);
    await machine.once();
    await machine.configure({ url: server.url, alertmanager: false, blackbox: false, settings: { thanosRule: {} } });
    await machine.once();
    const files = await machine.files();
    expect(files[rulesPath]).toContain("alert: Silent");
    expect(files["prometheus/current/rules/_global.yml"]).toContain("alert: EachPrometheus");
    expect(server.reports.at(-1)?.outputs).toEqual(["PROMETHEUS", "THANOS_RULE"]);
    server.setGlobalRules([aGlobalRule("EachPrometheus")]);
    expect(await machine.once()).toMatchObject({ files: 1, refused: [] });
    const left = Object.keys(await machine.files()).filter((path) => path.includes("_global"));
    expect(left).toEqual(["prometheus/current/rules/_global.yml"]);
  });
});

describe("a rule that cannot be meant", () => {
  test.each([
    [
      "promtool refuses",
      { expr: 'sum(up{project!=""}, 1)' },
      /^Rule "Bad": rules\/_global\.yml: .*could not parse expression/,
    ],
    [
      "reads more than projects",
      { expr: "up == 0" },
      /^Rule "Bad": rules\/_global\.yml: "Bad": a selector lacks project!=""/,
    ],
    [
      "names a project",
      { labels: { project: "a" } },
      /^Rule "Bad": rules\/_global\.yml: "Bad": it sets the label project/,
    ],
    [
      "queries in a template",
      { annotations: { x: `{{ query "up" }}` } },
      /^Rule "Bad": rules\/_global\.yml: "Bad": a template must not use "query"/,
    ],
  ])("%s, so the last good file stays, and it is told why until it is mended", async (_what, bad, message) => {
    server.setGlobalRules([global("Good")]);
    await machine.once();
    const before = await machine.files();
    server.setGlobalRules([global("Good"), global("Bad", bad)]);
    await machine.once();
    expect(await machine.files()).toEqual(before);
    expect(messages()).toEqual([expect.stringMatching(message)]);
    server.setGlobalRules([global("Mended")]);
    await machine.once();
    expect([await machine.read(rulesPath), messages()]).toEqual([expect.stringContaining("alert: Mended"), []]);
  });

  test("is taken away when somebody has written it into the file, which is written anew then", async () => {
    server.setGlobalRules([global("Good")]);
    await machine.once();
    const good = await machine.read(rulesPath);
    const file = join(machine.directory, rulesPath);
    await writeFile(file, good.replace('{project!=""}', ""));
    const later = new Date((await stat(file)).mtimeMs + 1_000);
    await utimes(file, later, later);
    await machine.once();
    expect(await machine.files()).not.toHaveProperty([rulesPath]);
    expect(messages()).toEqual(['"Good": a selector lacks project!="" (the machine has none now)']);
    await machine.once();
    expect([await machine.read(rulesPath), messages()]).toEqual([good, []]);
  });
});

test("each change is loaded and believed by its metrics; what it refuses is rolled back, and told until it takes it", async () => {
  let refused = /alert: Second/;
  const ruler = await startThanosRule(async () => {
    const text = await readFile(join(machine.directory, rulesPath), "utf8").catch(() => "");
    if (refused.test(text)) throw new Error("strategy abort, update rules");
    return text;
  });
  await machine.configure({ url: server.url, ...only, settings: { thanosRule: { urls: [ruler.url] } } });
  server.setGlobalRules([global("First")]);
  expect(await machine.once()).toEqual({ changed: true, reloaded: true, files: 2, refused: [], waiting: [] });

  server.setGlobalRules([global("Second")]);
  const message =
    "Thanos Rule refuses to load it: reloading rules failed: strategy abort, update rules (the machine keeps what it had of this file)";
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  expect(await machine.read(rulesPath)).toContain("alert: First");
  const problem = { file: "thanos-rule/rules/_global.yml", message };
  expect(server.reports.at(-1)).toMatchObject({ state: "SYNCED", appliedRevision: 2, problems: [problem] });

  refused = /never/;
  server.setGlobalRules([global("Third")]);
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  const names = ruler.loads.map((text) => /alert: (\w+)/.exec(text)?.[1]);
  // Back after it was refused, again after it was tried by itself.
  expect(names).toEqual(["First", "First", "First", "Third"]);
  expect(server.reports.at(-1)).toMatchObject({ state: "SYNCED", appliedRevision: 3, problems: [] });
});

test("a promtool that is missing stops this output alone, until it is there", async () => {
  const promtool = join(machine.folder, "promtool");
  await machine.configure({ url: server.url, prometheus: false, settings: { thanosRule: { promtool } } });
  server.setGlobalRules([global("Silent")]);
  const { refused } = await machine.once();
  expect(refused).toEqual([{ message: `thanos-rule: ${promtool} cannot be run: spawn ${promtool} ENOENT` }]);
  expect(Object.keys(await machine.files())).toEqual(["alertmanager/current/alertmanager.yml"]);
  await symlink(findExecutable("promtool") ?? "", promtool);
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  expect(await machine.read(rulesPath)).toContain("alert: Silent");
});
