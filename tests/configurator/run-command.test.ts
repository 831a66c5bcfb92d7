import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../../configurator/check/run-command.js";
import { atEnd } from "../support/at-end.js";
import { isAlive } from "../support/process-tree.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const shell = (script: string, timeoutMs = 60_000) => runCommand("sh", ["-c", script], timeoutMs);

test("gives what a command wrote, to both of its outputs, and whether it ended well", async () => {
  expect(await shell("echo one; echo two >&2")).toEqual({ ok: true, output: expect.stringMatching(/one|two/) });
  expect(await shell("echo no; exit 3")).toEqual({ ok: false, output: "no\n" });
  expect((await shell("yes | head -c 1000000")).output).toHaveLength(256 * 1024);
});

test("tells of a command that is not there, and of one that is killed", async () => {
  await expect(runCommand("/nowhere/tool", [], 1_000)).rejects.toThrow(
    /^\/nowhere\/tool cannot be run: spawn \/nowhere\/tool ENOENT$/,
  );
  await expect(shell("kill -9 $$")).rejects.toThrow(/^sh was ended by SIGKILL$/);
});

test.each([
  ["ignores being asked to end", "trap '' TERM; echo $$ > PID; while :; do sleep 1; done"],
  ["waits for what it started", "sleep 600 & echo $! > PID; wait"],
])("kills a command that takes too long, also one that %s", async (_what, script) => {
  const file = join(await tempFolder("command"), "pid");
  await expect(shell(script.replace("PID", file), 500)).rejects.toThrow(
    /^sh was ended by SIGKILL \(time limit 500 ms\)$/,
  );
  const pid = Number(await readFile(file, "utf8"));
  await waitFor(() => !isAlive(pid), { what: "it to be gone" });
});

test("does not wait for what a command that ended well leaves running, and leaves it running", async () => {
  const { ok, output } = await shell("sleep 600 & echo $!");
  const pid = Number(output);
  atEnd(() => process.kill(pid, "SIGKILL"));
  expect([ok, isAlive(pid)]).toEqual([true, true]);
});
