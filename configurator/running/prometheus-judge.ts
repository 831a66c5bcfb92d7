import { isSameRelease, markIn, markPrefix, type ReleaseMark, releaseFile } from "../render/release-mark.js";
import { sampleOf } from "./metric-lines.js";
import type { Finding, RunJudge } from "./run.js";
import type { TargetSum } from "./target-sum.js";

/** What of Prometheus's files is in use. */
export interface PrometheusInUse {
  /** The mark of its release; undefined for one that was written before releases had a mark. */
  readonly mark: ReleaseMark | undefined;
  /** The revision that the release in use holds. */
  readonly revision: number;
  /** How many rule files of projects lie there. */
  readonly ruleFiles: number;
  /** By the end of its path, what each tier's folder of target files comes to. */
  readonly targets: ReadonlyMap<string, TargetSum>;
}

const groupMetric = 'prometheus_rule_group_rules{rule_group="';
const fileMetric = 'prometheus_sd_file_mtime_seconds{filename="';
const reloadMetric = "prometheus_config_last_reload_successful ";

/** Tells from a Prometheus's own metrics which release it has loaded, whether all of it, and which target files it has read. */
export class PrometheusJudge implements RunJudge {
  readonly #marks: ReleaseMark[] = [];
  /** The folder of the release as the process names it; the metrics are in order, so the mark comes before the rules. */
  #folder: string | undefined;
  #groups = 0;
  #reloaded: boolean | undefined;
  readonly #read = new Map<string, TargetSum>();

  constructor(private readonly inUse: PrometheusInUse) {}

  take(line: string): void {
    if (line.startsWith(groupMetric)) this.#takeGroup(line);
    else if (line.startsWith(fileMetric)) this.#takeFile(line);
    else if (line.startsWith(reloadMetric)) this.#reloaded = sampleOf(line) === 1;
  }

  #takeGroup(line: string): void {
    if (this.#folder !== undefined && line.startsWith(`${groupMetric}${this.#folder}rules/`)) this.#groups++;
    const end = line.indexOf(`${releaseFile};${markPrefix}`);
    const mark = end === -1 ? undefined : markIn(line);
    if (mark === undefined) return;
    this.#folder = line.slice(groupMetric.length, end);
    this.#marks.push(mark);
  }

  #takeFile(line: string): void {
    const file = line.slice(fileMetric.length, line.lastIndexOf('"'));
    const tier = file.slice(0, file.lastIndexOf("/")).split("/").slice(-2).join("/");
    if (!this.inUse.targets.has(tier)) return;
    const { files, seconds } = this.#read.get(tier) ?? { files: 0, seconds: 0 };
    this.#read.set(tier, { files: files + 1, seconds: seconds + sampleOf(line) });
  }

  finding(): Finding {
    if (this.#reloaded === undefined) return unknown("It does not answer as a Prometheus does.");
    if (this.#marks.length > 1) return unknown("It is loading another release.");
    const { mark, revision, ruleFiles } = this.inUse;
    if (mark === undefined) return unknown("The release in use has no mark that it could be known by.");
    const [running] = this.#marks;
    if (running === undefined) return other("It runs a config that this agent has not written.");
    if (!isSameRelease(running, mark)) {
      const detail = `It runs the release of revision ${running.revision} (${running.nonce}), not the one in use (${mark.nonce}).`;
      return other(detail, running.revision);
    }
    if (ruleFiles !== mark.files) {
      const detail = `${ruleFiles} of the ${mark.files} rule files of the release in use are there: others were removed or added by hand.`;
      return { ...other(detail), isDamaged: true };
    }
    if (this.#groups !== mark.groups) {
      return other(`It has loaded ${this.#groups} rule groups of projects; the release in use has ${mark.groups}.`);
    }
    const unread = this.#unreadTargets();
    if (unread !== undefined) return other(unread);
    const failed = "Its last reload failed, for a reason that its log tells; it still runs what is in use.";
    return { state: "RUNS", revision, detail: this.#reloaded ? null : failed };
  }

  #unreadTargets(): string | undefined {
    for (const [tier, { files, seconds }] of this.inUse.targets) {
      const read = this.#read.get(tier) ?? { files: 0, seconds: 0 };
      if (read.files !== files) return `It has read ${read.files} of the ${files} files of ${tier}.`;
      if (read.seconds !== seconds) return `It has not read the newest files of ${tier}.`;
    }
    return undefined;
  }
}

function other(detail: string, revision: number | null = null): Finding {
  return { state: "OTHER", revision, detail };
}

function unknown(detail: string): Finding {
  return { state: "UNKNOWN", revision: null, detail };
}
