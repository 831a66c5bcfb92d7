import { spawn } from "node:child_process";

/** How a command ended; `output` is what it wrote to stdout and stderr. */
export interface CommandResult {
  readonly ok: boolean;
  readonly output: string;
}

/** A command of which all is settled but its parameters: promtool, amtool, the blackbox exporter. */
export type Tool = (parameters: readonly string[]) => Promise<CommandResult>;

/** A command that could not be run or did not end in time: a fault of this machine, not of what it was to check. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}

const outputLimit = 256 * 1024;
/** What a command has written is there when it ends; whoever it leaves behind may hold its output open for ever. */
const lastOutputMs = 500;

/**
 * Runs a command without a shell. Rejects with a CommandFailure when it cannot be started or takes too long; then it is killed
 * with all that it has started. What it leaves running when it ends by itself goes on, and is not waited for.
 */
export function runCommand(command: string, parameters: readonly string[], timeoutMs: number): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    // In a process group of its own, so that what it starts can be killed with it.
    const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-outputLimit);
      });
    }
    const fail = (what: string, cause?: unknown) => reject(new CommandFailure(`${command} ${what}`, { cause }));
    const limit = setTimeout(() => {
      killGroup(child.pid);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      fail(`was ended by SIGKILL (time limit ${timeoutMs} ms)`);
    }, timeoutMs);
    child.once("error", (cause) => {
      clearTimeout(limit);
      fail(`cannot be run: ${cause.message}`, cause);
    });
    child.once("exit", (code, killedBy) => {
      clearTimeout(limit);
      const settle = () => {
        clearTimeout(last);
        if (killedBy !== null) fail(`was ended by ${killedBy}`);
        else resolve({ ok: code === 0, output });
      };
      const last = setTimeout(settle, lastOutputMs);
      child.once("close", settle);
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended just now.
  }
}
