import { cp, mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { lockFolder } from "../../configurator/disk/folder-lock.js";
import { findExecutable } from "../../demo/start-process.js";
import { freePort } from "../support/ports.js";
import { waitFor } from "../support/wait-for.js";
import { runAgent, startAgent } from "./support/agent-process.js";
import { aJob, anAlert, aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

const project = (name: string, alert = "Down") =>
  aProject(name, { rules: [anAlert(name, alert)], scrapeJobs: [aJob("node")] });

/** So long that only an event of the server can be what woke the agent. */
const never = { pollIntervalSeconds: 3_600, reportIntervalSeconds: 3_600 };

let server: GraphServer;
let machine: Workspace;

beforeEach(async () => {
  server = await startGraphServer();
  server.put(project("a"));
  machine = await Workspace.make({ url: server.url, settings: never, alertmanager: false, blackbox: false });
});

const reported = (state: string, revision = server.revision) =>
  waitFor(() => server.reports.find((each) => each.state === state && each.appliedRevision === revision), {
    what: `a report of ${state} at revision ${revision}`,
    intervalMs: 10,
  });

describe("the daemon", () => {
  test("applies a change as soon as the server tells of it", async () => {
    await startAgent(machine);
    await reported("SYNCED");
    for (let round = 0; round < 3; round++) {
      server.put(project("a", `Round ${round}`));
      await reported("SYNCED");
      expect(await machine.read("prometheus/current/rules/a.yml")).toContain(`Round ${round}`);
    }
    // One request to fetch and one to report each time, and two reports at the start: nothing is asked in between.
    expect(server.operations.filter((each) => each === "ListChangedProjects")).toHaveLength(4);
  });

  test("polls, in case an event was lost", async () => {
    await machine.configure({
      url: server.url,
      settings: { ...never, pollIntervalSeconds: 0.2 },
      alertmanager: false,
      blackbox: false,
    });
    server.streamFault = (response) => response.writeHead(500).end();
    await startAgent(machine);
    await reported("SYNCED");
    server.put(project("a", "Polled"));
    await reported("SYNCED");
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("Polled");
  });

  test("reports again and again while nothing happens", async () => {
    await machine.configure({
      url: server.url,
      settings: { ...never, reportIntervalSeconds: 0.2 },
      alertmanager: false,
    });
    await startAgent(machine);
    await waitFor(() => server.reports.length > 5, { what: "six reports" });
    const ids = new Set(server.reports.map(({ instanceId }) => instanceId));
    expect(ids.size).toBe(1);
    expect(server.reports.at(-1)).toMatchObject({ name: "agent-1", outputs: ["PROMETHEUS", "BLACKBOX"], problems: [] });
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["answers 500", (response) => response.writeHead(500).end("oops")],
    ["answers a page", (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>")],
    ["answers nonsense", (response) => response.end('{"data":{"changedProjects":{"nodes":[]}}}')],
    ["hangs up", (response) => void response.destroy()],
    ["says nothing", () => undefined],
  ])("keeps what runs while the server %s, and goes on by itself", async (_name, fault) => {
    const port = await freePort();
    await machine.configure({
      url: server.url,
      settings: { pollIntervalSeconds: 0.3, reportIntervalSeconds: 3_600, listen: { port } },
      alertmanager: false,
      blackbox: false,
    });
    // A short time limit, for the one that says nothing.
    const text = await machine.read("../settings.yml");
    await writeFile(machine.settingsFile, text.replace("timeoutSeconds: 5", "timeoutSeconds: 1"));
    const agent = await startAgent(machine);
    await reported("SYNCED");
    const files = await machine.files();
    server.fault = fault;
    server.put(project("a", "New"));
    const ready = async () => fetch(`http://127.0.0.1:${port}/readyz`);
    await waitFor(async () => (await ready()).status === 503, { what: "the agent to say that it is not ready" });
    await agent.waitForOutput(/"level":50.*Nothing was applied; what runs is kept/);
    expect(await machine.files()).toEqual(files);
    server.fault = undefined;
    await reported("SYNCED");
    expect((await ready()).status).toBe(200);
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("New");
  });

  test("waits for a server that is not there yet", async () => {
    const { url } = server;
    await server.close();
    const agent = await startAgent(machine);
    await agent.waitForOutput(/Nothing was applied; what runs is kept/);
    expect(await machine.files()).toEqual({});
    await server.listen();
    expect(server.url).toBe(url);
    await reported("SYNCED");
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("Down");
  });

  test("keeps what runs while the server is gone for many polls, and then applies what changed", async () => {
    const polls = 4;
    await machine.configure({
      url: server.url,
      settings: { pollIntervalSeconds: 0.05, reportIntervalSeconds: 3_600 },
      alertmanager: false,
      blackbox: false,
    });
    const text = await machine.read("../settings.yml");
    await writeFile(machine.settingsFile, text.replace("timeoutSeconds: 5", "timeoutSeconds: 1"));
    server.put(...Array.from({ length: 20 }, (_, index) => project(`p${index}`)));
    const agent = await startAgent(machine);
    await reported("SYNCED");
    const [files, state] = [await machine.files(), machine.state];
    await server.close();
    const failed = () => agent.output.split("Nothing was applied; what runs is kept").length - 1;
    await waitFor(() => failed() >= polls, { what: `${polls} polls in vain` });
    expect([await machine.files(), machine.state]).toEqual([files, state]);
    server.put(project("a", "New"));
    await server.listen();
    await reported("SYNCED");
    const changed = await machine.files();
    expect(Object.keys(changed).filter((path) => changed[path] !== files[path])).toEqual([
      "prometheus/current/rules/a.yml",
    ]);
  });

  test("serves /metrics, /healthz and /readyz", async () => {
    const port = await freePort();
    await machine.configure({ url: server.url, settings: { ...never, listen: { port } }, alertmanager: false });
    await startAgent(machine);
    await reported("SYNCED");
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
      return [response.status, await response.text()] as const;
    };
    expect(await get("/healthz")).toEqual([200, "ok\n"]);
    expect(await get("/readyz")).toEqual([200, "ready\n"]);
    expect(await get("/nothing")).toEqual([404, "There is /metrics, /healthz and /readyz.\n"]);
    expect(await get("/readyz", { method: "POST" })).toEqual([405, "Only GET is answered.\n"]);
    const [status, metrics] = await get("/metrics");
    expect(status).toBe(200);
    expect(metrics).toMatch(/^metricsinfra_configurator_cycles_total\{outcome="applied"\} 1$/m);
    expect(metrics).toMatch(/^metricsinfra_configurator_revision\{of="processes"\} 1$/m);
    expect(metrics).toMatch(/^metricsinfra_configurator_phase_seconds_count\{phase="check"\} 1$/m);
    expect(metrics).toMatch(/^metricsinfra_configurator_requests_total \d+$/m);
  });

  test("says so and tries again when its disk fails it, and goes on once that is mended", async () => {
    await machine.configure({
      url: server.url,
      settings: { pollIntervalSeconds: 0.3, reportIntervalSeconds: 3_600 },
      alertmanager: false,
    });
    await startAgent(machine);
    await reported("SYNCED");
    const releases = join(machine.directory, "prometheus/releases");
    await rename(releases, `${releases}.away`);
    await writeFile(releases, "in the way");
    server.put(project("a", "New"));
    const { problems } = await reported("FAILED", 1);
    expect(problems).toEqual([{ message: expect.stringMatching(/^prometheus: (ENOTDIR|EEXIST|ENOENT): /) }]);
    await rm(releases);
    await rename(`${releases}.away`, releases);
    await reported("SYNCED");
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("New");
  });

  test("says so when somebody has put a folder in the place of its link, from its start on, and goes on once that is mended", async () => {
    const settings = { pollIntervalSeconds: 0.3, reportIntervalSeconds: 0.3 };
    await machine.configure({ url: server.url, settings, alertmanager: false, blackbox: false });
    await machine.once();
    const current = join(machine.directory, "prometheus/current");
    const release = await readlink(current);
    await rm(current);
    await cp(join(machine.directory, "prometheus", release), current, { recursive: true });
    server.reports.length = 0;
    server.put(project("a", "New"));
    await startAgent(machine);
    const cannot = (what: string) => ({ message: expect.stringMatching(new RegExp(`^${what}: EINVAL: `)) });
    const { problems } = await reported("FAILED", 1);
    expect(problems).toEqual([cannot("prometheus"), cannot("What the processes run cannot be looked after")]);
    await rm(current, { recursive: true });
    await symlink(release, current);
    await reported("SYNCED");
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("New");
  });

  test("says so and tries again while promtool is missing", async () => {
    const promtool = join(machine.folder, "promtool");
    await machine.configure({
      url: server.url,
      settings: { pollIntervalSeconds: 0.3, reportIntervalSeconds: 3_600 },
      prometheus: { promtool },
      alertmanager: false,
    });
    await startAgent(machine);
    const { problems } = await reported("FAILED", 0);
    expect(problems).toEqual([{ message: `prometheus: ${promtool} cannot be run: spawn ${promtool} ENOENT` }]);
    // The other outputs go on; targets are for a Prometheus that watches their folders.
    expect(Object.keys(await machine.files())).toEqual(["blackbox/current/blackbox.yml"]);
    await symlink(findExecutable("promtool") ?? "", promtool);
    await reported("SYNCED");
  });

  test("does not apply while its name belongs to another live agent, and goes on when it is free", async () => {
    await machine.configure({
      url: server.url,
      settings: { pollIntervalSeconds: 0.3, reportIntervalSeconds: 0.3 },
      alertmanager: false,
    });
    const other = await Workspace.make({
      url: server.url,
      settings: { pollIntervalSeconds: 0.3, reportIntervalSeconds: 0.3 },
      alertmanager: false,
    });
    const first = await startAgent(machine);
    const { instanceId } = await reported("SYNCED");
    server.owner = instanceId;
    const second = await startAgent(other);
    await second.waitForOutput(
      /"level":50.*The name \\"agent-1\\" belongs to another agent that is alive, so nothing is applied here/,
    );
    expect(await other.files()).toEqual({});
    server.put(project("a", "New"));
    await reported("SYNCED");
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("New");
    await first.stop();
    server.owner = undefined;
    await waitFor(async () => Object.keys(await other.files()).length > 0, { what: "the second agent to take over" });
  });

  test("keeps its identity when it is killed and started again, so that it need not wait for itself", async () => {
    const first = await startAgent(machine);
    const { instanceId } = await reported("SYNCED");
    server.owner = instanceId;
    first.signal("SIGKILL");
    await first.exited;
    server.reports.length = 0;
    await startAgent(machine);
    expect((await reported("SYNCED")).instanceId).toBe(instanceId);
  });

  test("ends at SIGTERM, after the cycle that is under way", async () => {
    const agent = await startAgent(machine);
    await reported("SYNCED");
    server.put(...Array.from({ length: 200 }, (_, index) => project(`p${index}`)));
    await waitFor(() => server.reports.length > 1 || machine.state.revision > 0, { what: "the first state" });
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(agent.output).toMatch(/"msg":"Stopped"/);
    const rules = Object.keys(await machine.files()).filter((path) => path.includes("/rules/"));
    expect([1, 201]).toContain(rules.length);
  });
});

describe("the command", () => {
  test("runs one cycle and exits with 0", async () => {
    const { code, stdout, stderr } = await runAgent("-s", machine.settingsFile, "--once");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ msg: "Cycle", revision: 1, appliedRevision: 1, requests: 5, files: 4 });
    expect(stdout).not.toContain("secret-token");
  });

  test("prints the diff of a dry run and makes no directory", async () => {
    const { code, stdout, stderr } = await runAgent("-s", machine.settingsFile, "--dry-run");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("+++ prometheus/rules/a.yml");
    await expect(machine.read("state.json")).rejects.toThrow("ENOENT");
  });

  test("exits with 1 when it failed, and says why", async () => {
    await server.close();
    const { code, stderr } = await runAgent("-s", machine.settingsFile, "--once");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^no answer from http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED/);
  });

  test("exits with 1 when an output was refused", async () => {
    await machine.base("prometheus", "global: {scrape_interval: often}\n");
    const { code, stdout } = await runAgent("-s", machine.settingsFile, "--once");
    expect(code).toBe(1);
    expect(stdout).toContain("not a valid duration string");
  });

  test("exits with 2 for wrong settings or a wrong command line", async () => {
    await writeFile(machine.settingsFile, "name: a\nnonsense: 1\n");
    const wrong = await runAgent("-s", machine.settingsFile, "--once");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(`${machine.settingsFile}:2: nonsense: unknown key`);
    expect((await runAgent("--once")).code).toBe(2);
    expect((await runAgent("-s", machine.settingsFile, "--twice")).code).toBe(2);
    expect((await runAgent("--help")).code).toBe(0);
  });

  test("exits with 3 when a process that is to load the files does not answer", async () => {
    const port = await freePort();
    await machine.configure({
      url: server.url,
      prometheus: { urls: [`http://127.0.0.1:${port}`] },
      alertmanager: false,
    });
    expect((await runAgent("-s", machine.settingsFile, "--once")).code).toBe(3);
    expect(await machine.read("prometheus/current/rules/a.yml")).toContain("Down");
  });

  test("exits with 4 while another process writes the directory, which a killed one does not", async () => {
    const agent = await startAgent(machine);
    await reported("SYNCED");
    for (const parameters of [["--once"], []]) {
      const { code, stderr } = await runAgent("-s", machine.settingsFile, ...parameters);
      expect([code, stderr]).toEqual([
        4,
        `${machine.directory} is in use by another configurator; two must never write it at once.\n`,
      ]);
    }
    agent.signal("SIGKILL");
    await agent.exited;
    expect((await runAgent("-s", machine.settingsFile, "--once")).code).toBe(0);
  });

  test("exits with 4 when its name belongs to another live agent", async () => {
    server.owner = "another";
    const { code, stderr } = await runAgent("-s", machine.settingsFile, "--once");
    expect(code).toBe(4);
    expect(stderr).toMatch(/^The name "agent-1" belongs to another agent that is alive/);
    expect(await machine.files()).toEqual({});
  });
});

test("the lock is given back, and taken only once at a time", async () => {
  const folder = join(machine.folder, "locked");
  await mkdir(folder);
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow("is in use by another configurator");
  unlock();
  lockFolder(folder)();
});
