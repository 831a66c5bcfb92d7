import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** When a started process counts as ready: an address answers 2xx, or a line of its output matches. */
export type Readiness = { readonly url: string } | { readonly line: RegExp };

/** What to start and how; only `command` is needed. */
export interface ProcessOptions {
  /** Used in messages; by default the command. */
  readonly name?: string;
  /** A name to find in PATH (and in the sbin folders, which PATH lacks for plain users), or a path. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly ready?: Readiness;
  /** How long it may take to become ready; 30 s by default. */
  readonly deadlineMs?: number;
  /** How long it may take to end after SIGTERM before it is killed; 10 s by default. */
  readonly stopDeadlineMs?: number;
  /** Append all output to this file as well. */
  readonly logFile?: string;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A started process. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended, however it ended; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** How it ended; undefined while it runs. */
  readonly exit: ProcessExit | undefined;
  /** The last lines that it wrote to stdout and stderr, up to 64 KiB. */
  readonly output: string;
  /** Resolves with the match once the output (kept so far or still to come) matches; rejects at the deadline or when the process ends. */
  waitForOutput(pattern: RegExp, deadlineMs?: number): Promise<RegExpMatchArray>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL at the stop deadline; resolves when it has ended. Does nothing when it has ended already. */
  stop(): Promise<ProcessExit>;
}

/** A process that could not be started, did not become ready or ended too early; the message ends with its last output. */
export class ProcessFailure extends Error {
  override readonly name = "ProcessFailure";
}

const OUTPUT_LIMIT = 64 * 1024;
const SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
const running = new Set<number>();

process.on("exit", () => {
  for (const pid of running) killGroup(pid);
});

/** The path of a command, or undefined when it is not installed. */
export function findExecutable(command: string): string | undefined {
  if (command.includes("/")) return existsSync(command) ? command : undefined;
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...SBIN].filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}

/**
 * Starts a process and resolves once it is ready (at once when no readiness is asked for).
 *
 * It leads a process group of its own, so a Ctrl-C in the terminal reaches only us and we end what we started in the
 * right order. It never outlives us: on a normal exit its group is killed, and should we be killed ourselves the kernel
 * kills it (parent-death signal).
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const name = options.name ?? options.command;
  const executable = findExecutable(options.command);
  if (executable === undefined) throw new ProcessFailure(`${name}: the program ${options.command} is not installed`);
  const child = spawn(
    findExecutable("setpriv") ?? "setpriv",
    ["--pdeathsig=KILL", "--", executable, ...(options.args ?? [])],
    {
      cwd: options.cwd,
      env: { ...process.env, PATH: [process.env.PATH, ...SBIN].join(delimiter), ...options.env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const started = new StartedProcess(name, child, options);
  if (child.pid === undefined) {
    throw new ProcessFailure(`${name}: cannot be started: ${(await started.failedToSpawn).message}`);
  }
  try {
    if (options.ready !== undefined) await started.becomesReady(options.ready, options.deadlineMs ?? 30_000);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return started;
}

class StartedProcess implements RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  readonly failedToSpawn: Promise<Error>;
  readonly #stopDeadlineMs: number;
  readonly #listeners = new Set<() => void>();
  #exit: ProcessExit | undefined;
  #output = "";

  constructor(name: string, child: ChildProcess, options: ProcessOptions) {
    this.name = name;
    this.pid = child.pid ?? 0;
    this.#stopDeadlineMs = options.stopDeadlineMs ?? 10_000;
    this.failedToSpawn = new Promise((resolve) => child.once("error", resolve));
    this.#keepOutput(child, options.logFile);
    if (this.pid !== 0) running.add(this.pid);
    // "close" comes after the last output, unless something that the process started still holds the pipes.
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        const end = () => {
          this.#exit ??= { code, signal };
          running.delete(this.pid);
          killGroup(this.pid);
          this.#notify();
          resolve(this.#exit);
        };
        child.once("close", end);
        setTimeout(end, 500).unref();
      });
    });
  }

  get exit(): ProcessExit | undefined {
    return this.#exit;
  }

  get output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exit === undefined) process.kill(this.pid, signal);
  }

  async stop(): Promise<ProcessExit> {
    if (this.#exit !== undefined) return this.#exit;
    sendSignal(this.pid, "SIGTERM");
    const timer = setTimeout(() => killGroup(this.pid), this.#stopDeadlineMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  waitForOutput(pattern: RegExp, deadlineMs = 30_000): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        const match = this.#output.match(pattern);
        if (match === null && this.#exit === undefined) return;
        clearTimeout(timer);
        this.#listeners.delete(settle);
        if (match !== null) resolve(match);
        else reject(this.#failure(`ended (${describeExit(this.#exit)}) before it wrote ${pattern}`));
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(settle);
        reject(this.#failure(`did not write ${pattern} within ${deadlineMs / 1000} s`));
      }, deadlineMs);
      this.#listeners.add(settle);
      settle();
    });
  }

  async becomesReady(readiness: Readiness, deadlineMs: number): Promise<void> {
    if ("line" in readiness) {
      await this.waitForOutput(readiness.line, deadlineMs);
      return;
    }
    const deadline = Date.now() + deadlineMs;
    let last = "no answer";
    while (Date.now() < deadline) {
      if (this.#exit !== undefined) throw this.#failure(`ended (${describeExit(this.#exit)}) before it was ready`);
      try {
        const response = await fetch(readiness.url, { signal: AbortSignal.timeout(2_000) });
        await response.arrayBuffer();
        if (response.ok) return;
        last = `status ${response.status}`;
      } catch {
        last = "no answer";
      }
      await Promise.race([delay(25), this.exited]);
    }
    throw this.#failure(`was not ready within ${deadlineMs / 1000} s (${readiness.url}: ${last})`);
  }

  #keepOutput(child: ChildProcess, logFile: string | undefined): void {
    const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: "a" });
    child.once("close", () => log?.end());
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        log?.write(text);
        this.#output = (this.#output + text).slice(-OUTPUT_LIMIT);
        this.#notify();
      });
    }
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #failure(what: string): ProcessFailure {
    const tail = this.#output.trimEnd().split("\n").slice(-20).join("\n");
    return new ProcessFailure(
      `${this.name} ${what}${tail === "" ? ", without output" : `; its last output:\n${tail}`}`,
    );
  }
}

function describeExit(exit: ProcessExit | undefined): string {
  return exit?.signal ? `signal ${exit.signal}` : `code ${exit?.code}`;
}

function killGroup(pid: number): void {
  sendSignal(-pid, "SIGKILL");
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
