import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { CommandResult } from "../check/run-command.js";
import type { Loader, StatusBefore } from "./loader.js";
import { ProcessAwayError, ReloadRefusedError } from "./reload-error.js";
import { type ReloadStatus, readReloadStatus } from "./reload-status.js";
import { reason, runReload } from "./run-reload.js";

/** How processes are asked to read their config again. */
export type ReloadMethod =
  | { readonly kind: "http" }
  | { readonly kind: "signal"; readonly pidFile: string }
  | { readonly kind: "command"; readonly run: () => Promise<CommandResult> };

/** The processes that read one output's files. */
export interface ReloaderOptions {
  /** Each one's base URL; with none, nobody is asked and nothing is verified. */
  readonly urls: readonly string[];
  readonly method: ReloadMethod;
  /** What begins the names of their reload metrics, for example `prometheus_config`. */
  readonly metricPrefix: string;
  /** Sent with each request, for processes that ask who is there. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long a reload may take. */
  readonly timeoutMs: number;
}

const pollMs = 50;
const statusTimeoutMs = 10_000;

/** Asks the processes of one output to reload, and does not believe it until their metrics say so. */
export class Reloader implements Loader {
  constructor(private readonly options: ReloaderOptions) {}

  /** Whether there is anybody to ask. */
  get hasProcesses(): boolean {
    return this.options.urls.length > 0;
  }

  /** Whether a process tells how it went when it is asked, so that one failure after another can be told apart. */
  get answersAtOnce(): boolean {
    return this.options.method.kind === "http";
  }

  /** What the processes say now, to be compared with later. */
  async status(): Promise<StatusBefore> {
    const answers = await Promise.all(
      this.options.urls.map(async (url) => {
        const status = await this.#readStatus(url).catch(() => undefined);
        return [url, status] as const;
      }),
    );
    return new Map(answers.flatMap(([url, status]) => (status === undefined ? [] : [[url, status] as const])));
  }

  /** Whether a process did not answer when it was asked what it says. */
  isAway(status: StatusBefore | undefined): boolean {
    return this.options.urls.some((url) => status?.has(url) !== true);
  }

  /**
   * Resolves once every process runs its new config. Rejects with a ReloadRefusedError when one of them refused it, and
   * otherwise with a ProcessAwayError when one could not be asked.
   */
  async reload(before: StatusBefore): Promise<void> {
    if (!this.hasProcesses) return;
    const { method } = this.options;
    if (method.kind === "signal") sendHangup(method.pidFile);
    if (method.kind === "command") await runReload(method.run);
    const results = await Promise.allSettled(this.options.urls.map((url) => this.#reloadOne(url, before.get(url))));
    const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    if (errors.length > 0) throw errors.find((error) => error instanceof ReloadRefusedError) ?? errors[0];
  }

  async #reloadOne(url: string, before: ReloadStatus | undefined): Promise<void> {
    const deadline = performance.now() + this.options.timeoutMs;
    if (this.options.method.kind === "http") await this.#post(url);
    for (;;) {
      const now = await this.#readStatus(url).catch((cause: unknown) => {
        throw new ProcessAwayError(`${url} does not answer: ${reason(cause)}`, { cause });
      });
      // Later by the clock of that machine, which may have been set back in between.
      if (now.successful && now.succeededAt !== (before?.succeededAt ?? 0)) return;
      // Whether an older failure or a new one is seen is not known, unless there was none before.
      if (!now.successful && before?.successful !== false) {
        throw new ReloadRefusedError(`${url} refused its new config; its log says why`);
      }
      if (performance.now() > deadline) {
        const message = `${url} has not loaded its new config within ${this.options.timeoutMs / 1000} s`;
        throw now.successful ? new ProcessAwayError(message) : new ReloadRefusedError(message);
      }
      await delay(pollMs);
    }
  }

  async #post(url: string): Promise<void> {
    const { headers, timeoutMs } = this.options;
    let response: Response;
    let text: string;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      response = await fetch(`${url}/-/reload`, { method: "POST", headers, signal });
      text = await response.text();
    } catch (cause) {
      throw new ProcessAwayError(`${url} does not answer: ${reason(cause)}`, { cause });
    }
    // A Prometheus that is still starting.
    if (response.status === 503) throw new ProcessAwayError(`${url} is not ready: ${text.trim().slice(0, 2000)}`);
    if (!response.ok) {
      throw new ReloadRefusedError(`${url} refused to reload (${response.status}): ${text.trim().slice(0, 2000)}`);
    }
  }

  #readStatus(url: string): Promise<ReloadStatus> {
    const { headers, metricPrefix } = this.options;
    return readReloadStatus(`${url}/metrics`, metricPrefix, { headers, signal: AbortSignal.timeout(statusTimeoutMs) });
  }
}

function sendHangup(pidFile: string): void {
  try {
    const pid = Number(readFileSync(pidFile, "utf8"));
    // Zero and negative numbers mean whole groups of processes, ours among them.
    if (!Number.isInteger(pid) || pid < 2) throw new Error("the file holds no process id");
    process.kill(pid, "SIGHUP");
  } catch (cause) {
    throw new ProcessAwayError(`the process of ${pidFile} cannot be signalled: ${reason(cause)}`, { cause });
  }
}
