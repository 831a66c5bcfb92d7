import { sampleOf } from "./metric-lines.js";
import type { Finding, RunJudge } from "./run.js";

/** What is in use of a program that tells nothing of its config but when it was loaded. */
export interface SwitchedConfig {
  readonly revision: number;
  /** When the release was put in use, in milliseconds since 1970. */
  readonly switchedAtMs: number;
}

/** The clocks of two machines differ a little. */
const clocksMs = 5_000;

/** Tells from when a process last loaded its files whether those were the ones in use. */
export class ReloadJudge implements RunJudge {
  #loadedAtMs: number | undefined;
  #reloaded = true;

  constructor(
    private readonly prefix: string,
    private readonly inUse: SwitchedConfig,
  ) {}

  take(line: string): void {
    const time = `${this.prefix}_last_reload_success_timestamp_seconds `;
    if (line.startsWith(time)) this.#loadedAtMs = sampleOf(line) * 1_000;
    else if (line.startsWith(`${this.prefix}_last_reload_successful `)) this.#reloaded = sampleOf(line) === 1;
  }

  finding(): Finding {
    if (this.#loadedAtMs === undefined) {
      return { state: "UNKNOWN", revision: null, detail: "It does not tell when it loaded its config." };
    }
    const { revision, switchedAtMs } = this.inUse;
    if (this.#loadedAtMs + clocksMs < switchedAtMs) {
      return { state: "OTHER", revision: null, detail: "It loaded its config before the one in use was there." };
    }
    const failed = "Its last reload failed, for a reason that its log tells.";
    return { state: "RUNS", revision, detail: this.#reloaded ? null : failed };
  }
}
