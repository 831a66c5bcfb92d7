import { join } from "node:path";
import { expect, test } from "vitest";
import { canMount, OwnDisk } from "../support/own-disk.js";
import { waitFor } from "../support/wait-for.js";
import { startAgent } from "./support/agent-process.js";
import { aJob, anAlert, aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

const mebibyte = 1024 * 1024;
const settings = { pollIntervalSeconds: 0.3, reportIntervalSeconds: 3_600 };

/** A project whose rules, each some 200 bytes, take many pages of a disk. */
const project = (name: string, version: string) =>
  aProject(name, {
    rules: Array.from({ length: 200 }, (_, index) => anAlert(name, `${version} ${index}`)),
    scrapeJobs: [aJob("node")],
  });

const reported = (server: GraphServer, state: string, appliedRevision: number) =>
  waitFor(() => server.reports.find((each) => each.state === state && each.appliedRevision === appliedRevision), {
    what: `a report of ${state} at revision ${appliedRevision}`,
    intervalMs: 10,
  });

test.skipIf(!canMount)(
  "a disk that is full, wherever in a change that is, keeps what runs, and goes on by itself",
  async () => {
    const server = await startGraphServer();
    server.put(project("a", "Old"), project("b", "Old"));
    const machine = await Workspace.make({ url: server.url, settings, alertmanager: false, blackbox: false });
    const disk = await OwnDisk.at(machine.directory, 2 * mebibyte);
    await startAgent(machine);
    await reported(server, "SYNCED", server.revision);
    const outcomes: string[] = [];
    for (const [round, left] of [0, 8_192, 32_768, 65_536, mebibyte].entries()) {
      const files = await machine.files();
      const before = server.revision;
      await disk.fill(left);
      server.reports.length = 0;
      server.put(project("a", `New ${round}`), project("b", `New ${round}`));
      const { state, problems } = await waitFor(() => server.reports.find((each) => each.state !== "APPLYING"), {
        what: "a report of the change",
        intervalMs: 10,
      });
      outcomes.push(state);
      if (state === "FAILED") {
        expect(problems).toEqual([
          { message: expect.stringMatching(/^(prometheus: )?ENOSPC: no space left on device/) },
        ]);
        expect([await machine.files(), machine.state.appliedRevision]).toEqual([files, before]);
      }
      await disk.empty();
      await reported(server, "SYNCED", server.revision);
      for (const name of ["a", "b"]) {
        expect(await machine.read(`prometheus/current/rules/${name}.yml`)).toContain(`New ${round} 199`);
      }
    }
    // The last has room for all of it.
    expect(outcomes).toEqual(["FAILED", "FAILED", "FAILED", "FAILED", "SYNCED"]);
  },
);

test.skipIf(!canMount)("a disk that is read-only keeps what runs, and goes on by itself", async () => {
  const server = await startGraphServer();
  server.put(project("a", "Old"));
  const machine = await Workspace.make({ url: server.url, settings, alertmanager: false, blackbox: false });
  const disk = await OwnDisk.at(join(machine.directory, "prometheus"), 2 * mebibyte);
  await startAgent(machine);
  await reported(server, "SYNCED", server.revision);
  const files = await machine.files();
  await disk.setReadOnly(true);
  server.put(project("a", "New"));
  const { problems } = await reported(server, "FAILED", server.revision - 1);
  expect(problems).toEqual([{ message: expect.stringMatching(/^prometheus: EROFS: read-only file system/) }]);
  expect(await machine.files()).toEqual(files);
  await disk.setReadOnly(false);
  await reported(server, "SYNCED", server.revision);
  expect(await machine.read("prometheus/current/rules/a.yml")).toContain("New 199");
});
