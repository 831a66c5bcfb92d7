import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { applierAt } from "./support/applier.js";
import { aGlobalRule, aJob, anAlert, aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace, type WorkspaceOptions } from "./support/workspace.js";

let server: GraphServer;
let machine: Workspace;
let port: number;
let prometheus: Prometheus;
let options: WorkspaceOptions;

/**
 * promtool, but for what an older one would let pass: files with the word "lenient". It writes down how it is called, and
 * fails when both words "this" and "that" are in a config.
 */
const promtool = `#!/bin/sh
folder=$(dirname "$0")
echo "$*" | tr ' ' '\\n' | grep -c '\\.yml$' >> "$folder/calls"
[ -e "$folder/broken" ] && kill -9 $$
case "$2" in
config)
  if grep -q job-this "$3" && grep -q job-that "$3"; then echo "FAILED: this and that clash"; exit 1; fi
  exec promtool "$@";;
esac
command="$1 $2"; shift 2
files=""
for file in "$@"; do
  case "$file" in *.yml) grep -q lenient "$file" || files="$files $file";; esac
done
[ -z "$files" ] && exit 0
exec promtool $command --lint=none $files
`;

const file = (name: string) => join(machine.folder, name);
const calls = async () => (await readFile(file("calls"), "utf8").catch(() => "")).trim().split("\n").map(Number);

beforeEach(async () => {
  server = await startGraphServer();
  port = await freePort();
  machine = await Workspace.make({ url: server.url });
  await writeFile(file("promtool"), promtool);
  await chmod(file("promtool"), 0o755);
  const settings = { promtool: file("promtool"), urls: [`http://127.0.0.1:${port}`] };
  options = { url: server.url, prometheus: { ...settings, urls: [] }, blackbox: false, alertmanager: false };
  await machine.configure(options);
  await machine.once();
  prometheus = await startPrometheus({
    port,
    configFile: join(machine.directory, "prometheus/current/prometheus.yml"),
  });
  options = { ...options, prometheus: settings };
  await machine.configure(options);
  await machine.once();
});

/** What Prometheus runs: the names of the projects' rules. */
const running = async () => {
  const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: { rules: { name: string }[] }[] };
  const names = groups.flatMap(({ rules }) => rules.map(({ name }) => name));
  return names.filter((name) => name !== "Watchdog").sort();
};
/** How few rules Prometheus ran at any time of the work. */
const leastRunningWhile = async (work: () => Promise<unknown>) => {
  const end = new AbortController();
  const watch = (async () => {
    let least = Number.POSITIVE_INFINITY;
    while (!end.signal.aborted) least = Math.min(least, (await running()).length);
    return least;
  })();
  await work().finally(() => end.abort());
  return watch;
};
const reloads = async () => (await prometheus.api("/api/v1/status/runtimeinfo")) as { reloadConfigSuccess: boolean };

const names = Array.from({ length: 20 }, (_, index) => `p${String(index).padStart(2, "0")}`);
const good = (name: string, rule = `${name}-down`) => aProject(name, { rules: [anAlert(name, rule)] });
/** What the lenient promtool lets pass, and Prometheus refuses when it loads it. */
const refusedByReload = (name: string) =>
  aProject(name, { rules: [anAlert(name, `${name}-bad`, { for: "1x", annotations: { note: "lenient" } })] });
const refusedByPromtool = (name: string) => aProject(name, { rules: [anAlert(name, `${name}-bad`, { for: "1x" })] });

const problems = () =>
  Object.fromEntries(Object.entries(machine.state.problems).map(([id, list]) => [id, list.map((one) => one.message)]));

describe("a project that Prometheus alone refuses", () => {
  test("keeps what it had, is told so, and all others are live within the one cycle", async () => {
    server.put(...names.map((name) => good(name)));
    await machine.once();
    server.put(
      ...names.map((name) => (["p03", "p17"].includes(name) ? refusedByReload(name) : good(name, `${name}-new`))),
    );
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    const others = names.filter((name) => !["p03", "p17"].includes(name));
    expect(await running()).toEqual([...others.map((name) => `${name}-new`), "p03-down", "p17-down"].sort());
    expect(await reloads()).toMatchObject({ reloadConfigSuccess: true });
    expect(machine.state.appliedRevision).toBe(server.revision);
    const told = expect.stringMatching(
      /^Prometheus refuses to load it: .* \(the machine keeps what it had of this file\)$/,
    );
    expect(problems()).toEqual({ prj_p03: [told], prj_p17: [told] });
    expect(JSON.stringify(problems())).not.toContain(machine.directory);
    expect(await machine.releases("prometheus")).toHaveLength(2);
  });

  test("is not tried again before it changes, and goes live when it is mended", async () => {
    server.put(good("a"), refusedByReload("b"));
    await machine.once();
    expect(await running()).toEqual(["a-down"]);
    const [held] = machine.state.held;
    server.forget();
    server.put(good("a"), refusedByReload("b"), good("c"));
    const before = (await calls()).length;
    const { revision } = machine.state;
    await machine.once();
    expect(await running()).toEqual(["a-down", "c-down"]);
    expect(machine.state.held).toEqual([held]);
    expect(Object.keys(machine.state.problems)).toEqual(["prj_b"]);
    // One check of what is new.
    expect((await calls()).length - before, `since ${revision}`).toBeLessThanOrEqual(2);

    server.put(good("b", "b-mended"));
    await machine.once();
    expect(await running()).toEqual(["a-down", "b-mended", "c-down"]);
    expect([machine.state.held, machine.state.problems]).toEqual([[], {}]);
  });

  test("is found also when nothing is known of what was loaded before, and takes nothing else away meanwhile", async () => {
    server.put(good("a"), good("b"));
    await machine.once();
    await rm(join(machine.directory, "state.json"));
    server.put(refusedByReload("a"), good("c"));
    const least = await leastRunningWhile(() => machine.once());
    expect(await running()).toEqual(["a-down", "b-down", "c-down"]);
    expect([least, Object.keys(problems())]).toEqual([2, ["prj_a"]]);
  });

  test("is found also when what was loaded before is refused by now too", async () => {
    await rm(join(machine.directory, "state.json"));
    server.put(refusedByReload("a"), good("b"));
    await machine.configure({ ...options, prometheus: { ...Object(options.prometheus), urls: [] } });
    await machine.once();
    await machine.configure(options);
    await rm(join(machine.directory, "state.json"));
    server.put(good("c"));
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(await running()).toEqual(["b-down", "c-down"]);
    expect(Object.keys(problems())).toEqual(["prj_a"]);
  });

  test("is told also when that is found only after its Prometheus was away, and no longer once it is mended", async () => {
    server.put(good("a"), good("b"));
    await machine.once();
    const away = { ...Object(options.prometheus), urls: ["http://127.0.0.1:1"], reloadTimeoutSeconds: 1 };
    await machine.configure({ ...options, prometheus: away });
    server.put(refusedByReload("a"));
    expect((await machine.once()).waiting).toHaveLength(1);
    await machine.configure(options);
    server.put(good("b", "b-new"));
    await machine.once();
    // With everything fetched again it is known whose it is.
    await machine.once();
    expect(await running()).toEqual(["a-down", "b-new"]);
    expect(problems()).toEqual({ prj_a: [expect.stringMatching(/^Prometheus refuses to load it: /)] });
    expect(machine.state.held.map(({ id, name }) => [id, name])).toEqual([["prj_a", "a"]]);
    server.put(good("a", "a-mended"));
    await machine.once();
    expect(await running()).toEqual(["a-mended", "b-new"]);
    expect([problems(), machine.state.held]).toEqual([{}, []]);
  });

  test("keeps no Prometheus from starting that was down when it came", async () => {
    server.put(good("a"), good("b"));
    await machine.once();
    await prometheus.process.stop();
    let now = Date.now();
    const applier = applierAt(machine, () => new Date(now));
    const inUse = async () => (await machine.read("prometheus/current/rules/a.yml")).match(/alert: (.*)/)?.[1];
    server.put(refusedByReload("a"));
    expect((await applier.run()).waiting).toHaveLength(1);
    expect(await inUse()).toBe("a-bad");
    now += 130_000;
    expect((await applier.run()).waiting).toHaveLength(1);
    expect(await inUse()).toBe("a-down");
    // What is new has its turn first, as it may be what was missing.
    server.put(good("b", "b-new"));
    expect((await applier.run()).waiting).toHaveLength(1);
    expect(await inUse()).toBe("a-bad");
    now += 130_000;
    await applier.run();
    expect([await inUse(), machine.state.revision]).toEqual(["a-down", server.revision]);

    const { configFile } = prometheus;
    prometheus = await startPrometheus({ port, configFile });
    expect(await running()).toEqual(["a-down", "b-down"]);
    expect(await applier.run()).toMatchObject({ refused: [], waiting: [] });
    // With everything fetched again it is known whose it is.
    await applier.run();
    expect(await running()).toEqual(["a-down", "b-new"]);
    expect(Object.keys(problems())).toEqual(["prj_a"]);
    expect([machine.state.away, machine.state.appliedRevision]).toEqual([{}, server.revision]);
  });

  test("keeps no host that it may not reach any more", async () => {
    const credentials = { kind: "BEARER_TOKEN" as const, username: null, secret: "t0ken", secretProblem: null };
    const jobs = (name: string) => ({ scrapeJobs: [aJob(name, { scheme: "HTTPS", credentials })] });
    server.put({ ...good("a"), ...jobs("web") }, good("b"));
    await machine.once();
    const isThere = async () => {
      const { yaml } = (await prometheus.api("/api/v1/status/config")) as { yaml: string };
      return yaml.includes("192.0.2.1");
    };
    expect(await isThere()).toBe(true);
    const networks = [...server.policy.networks, { network: "192.0.2.0/24", allowed: false }];
    server.policy = { ...server.policy, fingerprint: "tight", networks };
    server.put({ ...refusedByReload("a"), ...jobs("web") }, good("b", "b-new"));
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect([await running(), await isThere()]).toEqual([["a-down", "b-new"], false]);
    expect(Object.keys(problems())).toEqual(["prj_a"]);
  });

  test("is looked for in later cycles too when one has no time for it, and nobody else waits for ever", async () => {
    const hurried = { ...options, settings: { quarantine: { searchSeconds: 0.000_001 } } };
    await machine.configure(hurried);
    server.put(...names.slice(0, 4).map((name) => good(name)), refusedByReload("z"));
    const { waiting } = await machine.once();
    expect(waiting).toEqual([
      {
        message:
          "prometheus: the search for the projects whose files are refused takes longer than one cycle may; 5 projects wait for it with what they had",
      },
    ]);
    expect(await running()).toEqual([]);
    await machine.configure(options);
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(await running()).toEqual(names.slice(0, 4).map((name) => `${name}-down`));
    expect(Object.keys(problems())).toEqual(["prj_z"]);
  });
});

test("of the rules for all, one that promtool refuses is held alone, also the last", async () => {
  server.put(good("a"));
  server.setGlobalRules([aGlobalRule("Fine"), aGlobalRule("Odd", { for: "1x" })]);
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  expect(await running()).toEqual(["Fine", "a-down"]);
  expect(problems()).toEqual({ "": [expect.stringMatching(/^Rule "Odd": /)] });
});

test("what only promtool refuses, alone or in the rules for all, is held; the rest goes on", async () => {
  server.put(good("a"), refusedByPromtool("b"), good("c"));
  server.setGlobalRules([aGlobalRule("Fine"), aGlobalRule("Odd", { for: "1x" }), aGlobalRule("Well")]);
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  expect(await running()).toEqual(["Fine", "Well", "a-down", "c-down"]);
  expect(Object.keys(problems()).sort()).toEqual(["", "prj_b"]);
  expect(problems()[""]?.[0]).toMatch(/^Rule "Odd": /);
  expect(machine.state.problems[""]?.[0]?.file).toBe("prometheus/rules/_global.yml");

  server.setGlobalRules([aGlobalRule("Fine"), aGlobalRule("Odd"), aGlobalRule("Well")]);
  await machine.once();
  expect(await running()).toEqual(["Fine", "Odd", "Well", "a-down", "c-down"]);
  expect(Object.keys(problems())).toEqual(["prj_b"]);
});

test("of projects that pass alone and clash in the whole, one goes on and the other is held until the clash is over", async () => {
  const credentials = { kind: "BEARER_TOKEN" as const, username: null, secret: "t0ken", secretProblem: null };
  const job = (name: string) => aJob(name, { id: "job_one", scheme: "HTTPS", credentials });
  const both = [aProject("a", { scrapeJobs: [job("job-this")] }), aProject("b", { scrapeJobs: [job("job-that")] })];
  server.put(...both, good("c"));
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
  const jobs = async () => (await machine.read("prometheus/current/prometheus.yml")).match(/job-th\w+/g);
  expect([await running(), new Set(await jobs())]).toEqual([["c-down"], new Set(["job-this"])]);
  expect(problems()).toEqual({ prj_b: ["this and that clash (the machine keeps what it had of this file)"] });
  expect(machine.state.held).toMatchObject([{ output: "prometheus", id: "prj_b", name: "b", tries: 1 }]);

  // When the time has come it is tried again without anybody having changed it.
  server.put({ name: "a", gone: true });
  await machine.once();
  const state = JSON.parse(await machine.read("state.json"));
  state.held[0].retryAt = new Date(0).toISOString();
  await writeFile(join(machine.directory, "state.json"), JSON.stringify(state));
  await machine.once();
  expect(new Set(await jobs())).toEqual(new Set(["job-that"]));
  expect([machine.state.held, machine.state.problems]).toEqual([[], {}]);
});

test("a check that cannot be made refuses its output and accuses nobody", async () => {
  server.put(good("a"));
  await writeFile(file("broken"), "");
  const { refused } = await machine.once();
  expect(refused).toEqual([{ message: expect.stringMatching(/^prometheus: .*promtool was ended by SIGKILL/) }]);
  expect(machine.state.problems).toEqual({});
  expect(await running()).toEqual([]);
});
