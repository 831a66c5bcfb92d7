import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Interruption, SetUpFailure } from "./progress.mjs";

/** The checkout's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
const children = new Set();
let interrupted = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (children.size === 0) process.exit(130);
    // What runs ends first: apt-get is not to be left half-way, and what we changed for it is put back.
    interrupted = true;
    // A terminal sends Ctrl-C to our children as well, and some take a second one for "at once".
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    for (const child of children) child.kill(signal);
  });
}

/** Takes the signal handling back, so that what runs next in this process can have its own. */
export function releaseSignals() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
}

/** Whether a program is installed; the sbin folders count too, which PATH lacks for plain users. */
export function isInstalled(program) {
  return [...(process.env.PATH ?? "").split(delimiter), ...SBIN].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a command in the checkout; gives its code and all that it wrote. With `show` it writes to our own output. */
export async function tryCommand(command, args, { env = {}, show = false } = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, PATH: [process.env.PATH, ...SBIN].join(delimiter), ...env },
    stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const code = await new Promise((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      resolve(127);
    });
    child.once("close", (exitCode, signal) => resolve(signal === null ? exitCode : 128));
  });
  children.delete(child);
  if (interrupted) throw new Interruption("interrupted");
  return { code, output };
}

/** Runs a command in the checkout; throws with the end of its output when it fails. */
export async function runCommand(command, args, options) {
  const { code, output } = await tryCommand(command, args, options);
  if (code === 0) return output;
  const tail = output.trimEnd().split("\n").slice(-40).join("\n");
  throw new SetUpFailure(`${[command, ...args].join(" ")} failed (code ${code}):\n${tail}`);
}
