import { spawn } from "node:child_process";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { createClient } from "@metricsinfra/sdk";
import { beforeEach, describe, expect, test } from "vitest";
import { demoLayout, type Layout } from "../../demo/layout.js";
import { atEnd } from "../support/at-end.js";
import { freePortRun } from "../support/ports.js";
import { type ProcessOptions, type RunningProcess, startProcess } from "../support/process.js";
import { allGone, descendantsOf, isAlive, type ProcessEntry } from "../support/process-tree.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const ROOT = new URL("../..", import.meta.url).pathname;
const WHOLE_START_MS = 120_000;

let data: string;
let layout: Layout;

beforeEach(async () => {
  data = await tempFolder("demo");
  layout = demoLayout(ROOT, data, await freePortRun(11));
});

/** Starts the demo as `npm start` does once everything is set up. */
function startDemo(options: Partial<ProcessOptions> = {}): Promise<RunningProcess> {
  return startProcess({
    name: "demo",
    command: process.execPath,
    args: [join(ROOT, "dist", "demo", "main.js"), "--port", `${layout.server.port}`, "--data", data],
    stopDeadlineMs: 30_000,
    ...options,
  });
}

const whole = (demo: RunningProcess) => demo.waitForOutput(/Ctrl-C ends all of it/, WHOLE_START_MS);
const allUp = (demo: RunningProcess) => demo.waitForOutput(/^Prometheus … [\d.]+ s$/m, WHOLE_START_MS);

/** What a start wrote after its progress lines. */
function messageOf(demo: RunningProcess): string {
  return demo.output.slice(demo.output.indexOf("\nThe demo cannot go on"));
}

async function operatorClient() {
  const token = (await readFile(join(data, "secrets", "operator.token"), "utf8")).trim();
  return createClient({ url: `${layout.server.url}/graphql`, token });
}

describe("npm start", { timeout: 2 * WHOLE_START_MS }, () => {
  test("shows its first firing alert, and a second start finds its data again", async () => {
    const first = await startDemo();
    await whole(first);
    expect(first.output).toMatch(/^TargetDown of shop is ACTIVE since /m);
    const client = await operatorClient();
    const before = await client.projects.list().toArray({ limit: 10 });
    expect(before.map(({ name }) => name)).toEqual(["library", "shop"]);
    await client.projects.remove(before[0]?.id ?? "");
    const [group] = await client.contactGroups.list({ project: before[1]?.id ?? "" }).toArray({ limit: 10 });
    expect(group?.contacts.map(({ hasSecret }) => hasSecret)).toEqual([true]);
    const key = await readFile(join(data, "secrets", "encryption.key"), "utf8");

    // The two things that it tells people to try.
    const curl = /curl -s [\s\S]*?\}'$/m.exec(first.output)?.[0] ?? "no curl line";
    const answer = await startProcess({ command: "sh", args: ["-c", curl] });
    await answer.exited;
    expect(JSON.parse(answer.output)).toMatchObject({
      data: { alerts: { nodes: [{ name: "TargetDown", state: "ACTIVE", project: { name: "shop" } }] } },
    });
    const script = /node demo\/try\.mjs .*/.exec(first.output)?.[0] ?? "no script line";
    const tried = await startProcess({ command: "sh", args: ["-c", script], cwd: ROOT });
    expect(await tried.exited).toEqual({ code: 0, signal: null });
    expect(tried.output).toMatch(
      /TargetDown is now SUPPRESSED\nsilence expired: TargetDown is now ACTIVE\nacknowledged by demo-shop-member SUPPRESSED\nnobody looks after it: TargetDown is now ACTIVE\n$/,
    );

    const watchdog = await waitFor(async () => (await client.watchdogs()).find(({ state }) => state === "OK"), {
      what: "the watchdog of the demo's Prometheus",
      deadlineMs: 30_000,
    });
    expect(watchdog).toMatchObject({ name: "demo", cluster: "demo", absentSince: null });

    const children = descendantsOf(first.pid);
    expect(children).toHaveLength(7);
    first.signal("SIGINT");
    expect(await first.exited).toEqual({ code: 0, signal: null });
    await allGone(children, 0);
    expect(await readdir(data)).not.toContain("demo.pid");

    const second = await startDemo();
    await whole(second);
    const after = await client.projects.list().toArray({ limit: 10 });
    expect(after.map(({ id }) => id)).toEqual([before[1]?.id]);
    expect(await readFile(join(data, "secrets", "encryption.key"), "utf8")).toBe(key);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  test("a child that ends by itself ends all the others, with its name, how it ended and its log", async () => {
    const demo = await startDemo();
    await allUp(demo);
    const children = descendantsOf(demo.pid);
    const victim = children.find(({ command }) => command.includes("prometheus-node-exporter"));
    process.kill(victim?.pid ?? 0, "SIGKILL");
    expect(await demo.exited).toEqual({ code: 1, signal: null });
    await allGone(children, 0);
    const log = join(data, "log", "node-exporter.log");
    expect(messageOf(demo)).toMatch(
      new RegExp(`^\nThe demo cannot go on: node exporter ended by itself \\(signal SIGKILL\\); its log is ${log}`),
    );
  });

  test("a child that cannot start ends all the others, with its last output", async () => {
    await writeFile(join(data, "prometheus"), "a file where Prometheus wants its folder");
    const demo = await startDemo();
    await demo.waitForOutput(/^two Alertmanagers … /m, WHOLE_START_MS);
    const children = descendantsOf(demo.pid);
    expect(await demo.exited).toEqual({ code: 1, signal: null });
    await allGone(children, 0);
    expect(messageOf(demo)).toMatch(
      /^\nThe demo cannot go on: Prometheus ended \(code [12]\) before it was ready; its last output:\n[\s\S]*not a directory/,
    );
  });

  test("a data folder that cannot be made is one message", async () => {
    await writeFile(join(data, "file"), "");
    const folder = join(data, "file", "data");
    const demo = await startDemo({ args: [join(ROOT, "dist", "demo", "main.js"), "--data", folder] });
    expect(await demo.exited).toEqual({ code: 1, signal: null });
    expect(demo.output).toBe(`\nThe demo cannot go on: ENOTDIR: not a directory, mkdir '${folder}'\n`);
  });

  test("killed itself, it leaves no process, and starts again on the same data", async () => {
    const demo = await startDemo();
    await allUp(demo);
    const children = descendantsOf(demo.pid);
    expect(children).toHaveLength(7);
    demo.signal("SIGKILL");
    await demo.exited;
    await allGone(children);
    const again = await startDemo();
    await whole(again);
    expect(await again.stop()).toEqual({ code: 0, signal: null });
  });

  test("a signal in the middle of the start ends what has started", async () => {
    const demo = await startDemo();
    await demo.waitForOutput(/^configurator … /m, WHOLE_START_MS);
    const children = descendantsOf(demo.pid);
    expect(children.length).toBeGreaterThan(0);
    expect(await demo.stop()).toEqual({ code: 0, signal: null });
    await allGone(children, 0);
  });

  test.each(["SIGTERM", "SIGKILL"] as const)("npm itself ended by %s leaves no process", async (signal) => {
    // Not by startProcess, which would itself kill what npm leaves behind.
    const args = ["start", "--", "--port", `${layout.server.port}`, "--data", data];
    const npm = spawn("npm", args, { cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "inherit"] });
    const pid = npm.pid ?? 0;
    let descendants: readonly ProcessEntry[] = [];
    atEnd(() => descendants.map((entry) => isAlive(entry.pid) && process.kill(entry.pid, "SIGKILL")));
    let output = "";
    npm.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await waitFor(() => /^server … [\d.]+ s$/m.test(output), { what: "the server to run", deadlineMs: WHOLE_START_MS });
    descendants = descendantsOf(pid);
    expect(descendants.map(({ command }) => command)).toContainEqual(expect.stringContaining("dist/server/main.js"));
    process.kill(pid, signal);
    await allGone(descendants);
    expect(await readdir(data)).not.toContain("demo.pid");
  });

  test("ports in use are named with what wants them, and nothing is started", async () => {
    const others = [layout.prometheus.port, layout.gossip[1]].map((port) => createServer().listen(port, "127.0.0.1"));
    const demo = await startDemo();
    expect(await demo.exited).toEqual({ code: 1, signal: null });
    for (const other of others) other.close();
    expect(demo.output).toBe(
      `\nThe demo cannot go on: ports ${layout.prometheus.port} (for Prometheus), ${layout.gossip[1]} (for the second ` +
        "Alertmanager's gossip) are in use by another program; choose other ports: npm start -- --port 15000\n",
    );
    expect(await readdir(data)).toEqual([]);
  });

  test("missing programs are named with the command that installs them, and nothing is started", async () => {
    const bin = await tempFolder("bin");
    for (const program of [
      "setpriv",
      "prometheus",
      "promtool",
      "prometheus-alertmanager",
      "prometheus-node-exporter",
    ]) {
      await symlink(`/usr/bin/${program}`, join(bin, program));
    }
    const demo = await startDemo({ env: { PATH: bin } });
    expect(await demo.exited).toEqual({ code: 1, signal: null });
    expect(demo.output).toBe(
      "\nThe demo cannot go on: amtool, prometheus-blackbox-exporter: not installed. As root: apt-get install -y " +
        "--no-install-recommends prometheus-alertmanager prometheus-blackbox-exporter\n",
    );
    expect(await readdir(data)).toEqual([]);
  });

  test("wrong arguments are refused", async () => {
    for (const [args, message] of [
      [["--port", "80"], "the first port must be a whole number from 1024 to 32756"],
      [["--prot", "80"], "Unknown option '--prot'"],
    ] as const) {
      const demo = await startDemo({ args: [join(ROOT, "dist", "demo", "main.js"), ...args] });
      expect(await demo.exited).toEqual({ code: 1, signal: null });
      expect(demo.output).toContain(`\nThe demo cannot go on: ${message}`);
      expect(demo.output).toContain("\nusage: npm start -- [--port FIRST-PORT] [--data FOLDER]\n");
    }
  });

  test("two demos on one data folder are refused", async () => {
    const first = await startDemo();
    await first.waitForOutput(/^server … /m, WHOLE_START_MS);
    const second = await startDemo();
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output).toBe(
      `\nThe demo cannot go on: the demo is running already (process ${first.pid}); another one needs its own --data ` +
        "folder\n",
    );
    expect(first.exit).toBeUndefined();
    expect(await first.stop()).toEqual({ code: 0, signal: null });
  });
});
