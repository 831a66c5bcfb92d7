import { createHash } from "node:crypto";
import { sampleOf } from "./metric-lines.js";
import type { Finding, RunJudge } from "./run.js";

/** A config file and the revision that it holds. */
export interface HashedConfig {
  readonly hash: number;
  readonly revision: number;
}

const hashMetric = "alertmanager_config_hash ";
const reloadMetric = "alertmanager_config_last_reload_successful ";

/** What Alertmanager makes of the file that it has loaded: the first six bytes of its MD5, the lowest first, as a number. */
export function configHash(file: string): number {
  return createHash("md5").update(file).digest().readUIntLE(0, 6);
}

/** Tells from an Alertmanager's own metrics which config file it has loaded. */
export class AlertmanagerJudge implements RunJudge {
  #hash: number | undefined;
  #reloaded = true;

  /** `others` are the config files of the releases that are still there, read only when they are asked for. */
  constructor(
    private readonly inUse: HashedConfig,
    private readonly others: () => readonly HashedConfig[],
  ) {}

  take(line: string): void {
    if (line.startsWith(hashMetric)) this.#hash = sampleOf(line);
    else if (line.startsWith(reloadMetric)) this.#reloaded = sampleOf(line) === 1;
  }

  finding(): Finding {
    if (this.#hash === undefined) {
      return { state: "UNKNOWN", revision: null, detail: "It does not tell the hash of its config." };
    }
    if (this.#hash === this.inUse.hash) {
      const failed = "Its last reload failed, for a reason that its log tells; it still runs what is in use.";
      return { state: "RUNS", revision: this.inUse.revision, detail: this.#reloaded ? null : failed };
    }
    const older = this.others().find(({ hash }) => hash === this.#hash);
    if (older === undefined) {
      return {
        state: "OTHER",
        revision: null,
        detail: "It runs a config that is not the one in use, nor the one before.",
      };
    }
    const detail = `It runs the release of revision ${older.revision}, not the one in use.`;
    return { state: "OTHER", revision: older.revision, detail };
  }
}
