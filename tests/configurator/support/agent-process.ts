import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "../../support/process.js";
import type { Workspace } from "./workspace.js";

const main = fileURLToPath(new URL("../../../configurator/dist/main.js", import.meta.url));

/** The built agent as a daemon of its own; resolves once it has started. */
export function startAgent(machine: Workspace): Promise<RunningProcess> {
  return startProcess({
    name: "configurator",
    command: process.execPath,
    args: [main, "--settings", machine.settingsFile],
    ready: { line: /"msg":"Started"/ },
  });
}

/** How a run of the command ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command to its end. */
export function runAgent(...parameters: readonly string[]): Promise<CommandEnd> {
  const child = spawn(process.execPath, [main, ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
