import { setTimeout as delay } from "node:timers/promises";
import type { CommandResult } from "../check/run-command.js";
import type { Loader, StatusBefore } from "./loader.js";
import { ProcessAwayError, ReloadRefusedError } from "./reload-error.js";
import type { ReloadStatus } from "./reload-status.js";
import { reason, runReload } from "./run-reload.js";

/** Processes that read their files at their start alone. */
export interface RestarterOptions {
  /** Each one's base URL; with none, the command's end is all that is known. */
  readonly urls: readonly string[];
  /** Starts them again; without it, somebody else does. */
  readonly run?: (() => Promise<CommandResult>) | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long a start may take. */
  readonly timeoutMs: number;
}

const pollMs = 100;
const statusTimeoutMs = 5_000;
const startTime = /^process_start_time_seconds (\S+)$/m;

/** Starts processes again, and does not believe it until their metrics say that they have started since. */
export class Restarter implements Loader {
  readonly #options: RestarterOptions;

  constructor(options: RestarterOptions) {
    this.#options = options;
  }

  get hasProcesses(): boolean {
    return this.#options.run !== undefined;
  }

  get answersAtOnce(): boolean {
    return false;
  }

  isAway(status: StatusBefore | undefined): boolean {
    return this.#options.urls.some((url) => status?.has(url) !== true);
  }

  async status(): Promise<StatusBefore> {
    const answers = await Promise.all(
      this.#options.urls.map(async (url): Promise<readonly (readonly [string, ReloadStatus])[]> => {
        const succeededAt = await this.#startedAt(url).catch(() => undefined);
        return succeededAt === undefined ? [] : [[url, { successful: true, succeededAt }]];
      }),
    );
    return new Map(answers.flat());
  }

  async reload(before: StatusBefore): Promise<void> {
    const { run, urls } = this.#options;
    if (run === undefined) return;
    await runReload(run);
    const results = await Promise.allSettled(urls.map((url) => this.#hasStarted(url, before.get(url))));
    const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    if (errors.length > 0) throw errors.find((error) => error instanceof ReloadRefusedError) ?? errors[0];
  }

  async #hasStarted(url: string, before: ReloadStatus | undefined): Promise<void> {
    const { timeoutMs } = this.#options;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const seen = await this.#startedAt(url).then(
        (startedAt) => ({ startedAt }),
        (error: unknown) => ({ error }),
      );
      if ("startedAt" in seen && seen.startedAt > (before?.succeededAt ?? 0)) return;
      if (performance.now() > deadline) {
        if ("startedAt" in seen) throw new ProcessAwayError(`${url} was not started again by the reload command`);
        const message = `${url} does not answer ${timeoutMs / 1_000} s after it was started again: ${reason(seen.error)}`;
        // Whether its new file is to blame is known only of one that answered before.
        throw before === undefined ? new ProcessAwayError(message) : new ReloadRefusedError(message);
      }
      await delay(pollMs);
    }
  }

  async #startedAt(url: string): Promise<number> {
    const { headers } = this.#options;
    const response = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(statusTimeoutMs) });
    const text = await response.text();
    const seconds = Number(startTime.exec(text)?.[1]);
    if (!response.ok || !Number.isFinite(seconds)) {
      throw new Error(`${url}/metrics answered ${response.status} without process_start_time_seconds`);
    }
    return seconds;
  }
}
