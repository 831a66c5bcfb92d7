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

/** Runs a command without a shell. Rejects with a CommandFailure when it cannot be started or takes too long. */
export function runCommand(
  command: string,
  parameters: readonly string[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs, signal });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-outputLimit);
      });
    }
    child.once("error", (cause) => reject(new CommandFailure(`${command} cannot be run: ${cause.message}`, { cause })));
    child.once("close", (code, killedBy) => {
      if (killedBy !== null)
        reject(new CommandFailure(`${command} was ended by ${killedBy} (time limit ${timeoutMs} ms)`));
      else resolve({ ok: code === 0, output });
    });
  });
}
