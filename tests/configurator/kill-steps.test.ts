import { chmod, cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applierAt } from "./support/applier.js";
import { aGroup, aJob, anAlert, aProject } from "./support/config.js";
import { withSteps } from "./support/dying-disk.js";
import { startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

const credentials = { kind: "BEARER_TOKEN" as const, username: null, secret: "t0ken", secretProblem: null };
const project = (name: string, version: number, text = "good") =>
  aProject(name, {
    rules: [anAlert(name, `Rule ${version}`, { annotations: { note: text } })],
    scrapeJobs: [aJob(`node ${version}`), aJob("own", { scheme: "HTTPS", credentials })],
    contactGroups: [
      aGroup(`group ${version}`, [{ type: "WEBHOOK", value: "https://example.org/", sendResolved: true, secret: "s" }]),
    ],
    defaultContactGroup: { id: `cgr_group_${version}`, name: `group ${version}` },
  });

/** The folders whose files change together; each file of targets changes by itself. */
const releases = ["prometheus/current/", "alertmanager/current/"];
type Files = Readonly<Record<string, string>>;
const below = (folder: string, files: Files) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith(folder)));

test("killed before any of its steps on the disk, all that the processes read is whole, and the next start ends where it would have", {
  timeout: 120_000,
}, async () => {
  const server = await startGraphServer();
  const machine = await Workspace.make({ url: server.url });
  const tool = join(machine.folder, "tool");
  await writeFile(tool, '#!/bin/sh\ngrep -qs -e poison -- "$@" && { echo "FAILED: poison"; exit 1; }\nexit 0\n');
  await chmod(tool, 0o755);
  await machine.configure({
    url: server.url,
    prometheus: { promtool: tool },
    blackbox: false,
    alertmanager: { amtool: tool },
  });
  const cycle = () => applierAt(machine, () => new Date()).run();
  const told = () => {
    // What the brake counts of a cycle that was killed is only what that had not taken away yet.
    const { revision, appliedRevision, held, problems } = machine.state;
    return {
      revision,
      appliedRevision,
      problems,
      held: held.map((one) => one.name),
    };
  };
  const saved = join(machine.folder, "saved");
  const copy = async (from: string, to: string) => {
    await rm(to, { recursive: true, force: true });
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  };

  server.put(...["a", "b", "c"].map((name) => project(name, 0)));
  await cycle();
  await copy(machine.directory, saved);
  const before = await machine.files();
  server.put(project("a", 1), { name: "b", gone: true }, project("c", 1, "poison"), project("d", 1));
  const whole = await withSteps(machine.directory, Number.POSITIVE_INFINITY, cycle);
  const [after, end] = [await machine.files(), told()];
  expect([end.held, machine.state.removed.map(({ counts }) => counts.PROJECT)]).toEqual([["c"], [1]]);
  // Else it would not be the steps of a whole change.
  expect(whole.made).toBeGreaterThan(30);

  for (let steps = 0; steps < whole.made; steps++) {
    await copy(saved, machine.directory);
    expect(await withSteps(machine.directory, steps, cycle)).toEqual({ made: steps, isKilled: true });
    const files = await machine.files();
    for (const release of releases) {
      const read = below(release, files);
      expect([below(release, before), below(release, after)], `${release} after ${steps} steps`).toContainEqual(read);
    }
    for (const [path, text] of Object.entries(below("prometheus/targets/", files))) {
      expect([before[path], after[path]], `${path} after ${steps} steps`).toContain(text);
    }
    await cycle();
    expect([await machine.files(), told()], `the next start after ${steps} steps`).toEqual([after, end]);
  }
});
