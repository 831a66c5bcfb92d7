import type { AgentState } from "../disk/agent-state.js";
import type { Egress } from "../egress/egress.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Outputs } from "../outputs/make-outputs.js";
import { markRelease } from "../outputs/mark-release.js";
import { type Output, OutputRefusedError } from "../outputs/output.js";
import type { StatusBefore } from "../reload/reloader.js";
import { BaseFileError } from "../render/base-file.js";
import type { Problem } from "../render/problem.js";
import type { OutputName } from "../render/render-project.js";
import type { CycleResult } from "./cycle-result.js";
import { fingerprintOf } from "./fingerprint-of.js";
import { type Inspection, unreadAfter } from "./inspect-files.js";
import { outputChanges } from "./output-changes.js";
import type { PhaseTimes } from "./phase-times.js";
import { projectProblems } from "./project-problems.js";
import { type StagedRelease, stageRelease } from "./stage-release.js";
import { loadRelease } from "./switch-release.js";
import { targetChanges, writeTargets } from "./target-changes.js";

/** What changes are applied with. */
export interface ApplicationParts {
  readonly egress: Egress;
  readonly times: PhaseTimes;
  readonly now: () => Date;
}

interface Staged extends StagedRelease {
  readonly status: Promise<StatusBefore>;
}

/** One set of changes on its way to the machine. */
export class Application {
  readonly #refused: Problem[] = [];
  readonly #waiting: Problem[] = [];
  readonly #loaded: Record<string, string>;
  /** Whether an output is back on a release that may be older than the revision that was known. */
  #rolledBack = false;
  #reloaded = false;
  #files = 0;

  constructor(
    private readonly parts: ApplicationParts,
    private readonly made: Outputs,
    private readonly changes: Changes,
    private readonly found: Inspection,
    private readonly before: AgentState,
  ) {
    this.#loaded = { ...before.loaded };
  }

  /** Writes the files and has them loaded; `save` gets the new state before old releases are removed. */
  async run(save: (state: AgentState) => void): Promise<CycleResult> {
    const { outputs } = this.made;
    const startedWith = new Map(outputs.map(({ name, tree }) => [name, tree.current()]));
    const staged = await this.#stageAll();
    for (const output of outputs) {
      const release = staged.get(output.name);
      const isPrometheus = output.name === "prometheus";
      // Targets need no reload, but the modules that probes name, and the folders that Prometheus watches.
      if (isPrometheus && release?.changesMain !== true) this.#writeTargets();
      if (release === undefined) continue;
      const isLoaded = await this.#refusable(() => this.#switch(output, release));
      if (isPrometheus && release.changesMain && isLoaded) this.#writeTargets();
      this.#rolledBack ||= !isLoaded && output.tree.current() !== startedWith.get(output.name);
    }
    // Before the state: what the state says is done must be in here.
    if (this.#refused.length === 0) this.parts.egress.commit(this.changes);
    save(this.#stateAfter(staged));
    for (const { name, tree } of outputs) {
      if (tree.current() !== startedWith.get(name)) tree.prune([startedWith.get(name), this.#loaded[name]]);
    }
    return {
      changed: true,
      reloaded: this.#reloaded,
      files: this.#files,
      refused: this.#refused,
      waiting: this.#waiting,
    };
  }

  async #stageAll(): Promise<ReadonlyMap<OutputName, Staged>> {
    const staged = new Map<OutputName, Staged>();
    for (const output of this.made.outputs) {
      await this.#refusable(async () => {
        const status = output.reloader.status();
        const wanted = this.parts.times.measureSync("write", () => outputChanges(output, this.changes));
        const suspects = this.found.suspects.get(output.name) ?? [];
        const outOfReach = new Set(this.changes.projects.flatMap((one) => (one.isOutOfReach ? [one.name] : [])));
        const { times } = this.parts;
        const notKept = { suspects, outOfReach };
        const release = await times.measure("write", () => stageRelease(output, wanted, notKept, times));
        staged.set(output.name, { ...release, status });
      });
    }
    return staged;
  }

  async #switch(output: Output, { changes, status }: Staged): Promise<void> {
    const { times } = this.parts;
    // Prometheus watches only those folders of targets that are there when it loads its config.
    if (output.name === "prometheus") this.made.targets?.folder.makeTiers(this.made.targets.tiers);
    if (changes.size > 0) times.measureSync("write", () => this.#publish(output));
    this.#files += changes.size;
    const lastGood = this.#loaded[output.name];
    if (output.tree.current() === lastGood) return;
    this.#reloaded ||= output.reloader.hasProcesses;
    const result = await times.measure("reload", async () => loadRelease(output, await status, lastGood));
    if ("loaded" in result) this.#loaded[output.name] = result.loaded;
    else this.#waiting.push({ message: `${output.name}: ${result.pending}` });
  }

  #publish(output: Output): void {
    markRelease(output, this.changes.revision);
    output.tree.publish(this.changes.revision);
  }

  #writeTargets(): void {
    const { targets } = this.made;
    if (targets === undefined) return;
    this.parts.times.measureSync("write", () => {
      const changed = targetChanges(targets.folder, this.changes);
      writeTargets(targets.folder, changed, targets.tiers);
      this.#files += changed.length;
    });
  }

  /** Lets the other outputs go on when one keeps what it has; resolves to whether it does not. */
  async #refusable(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof OutputRefusedError || error instanceof BaseFileError)) throw error;
      const output = error instanceof OutputRefusedError ? `${error.output}: ` : "";
      this.#refused.push({ message: `${output}${error.message}` });
      return false;
    }
  }

  #stateAfter(staged: ReadonlyMap<OutputName, Staged>): AgentState {
    const isOnDisk = this.#refused.length === 0;
    const isApplied = isOnDisk && this.#waiting.length === 0;
    const held = [...staged].flatMap(([output, release]) => release.held.map((one) => ({ ...one, output })));
    // What is older than the revision that was known, or was taken away, is told by nothing but fetching everything again.
    const isToBeFetched =
      held.some(({ isRemoved }) => isRemoved) || (!isOnDisk && (this.#rolledBack || this.found.hasSuspects));
    return {
      ...this.before,
      fingerprint: isToBeFetched
        ? ""
        : isOnDisk
          ? fingerprintOf(this.made, this.parts.egress)
          : this.before.fingerprint,
      revision: isOnDisk ? this.changes.revision : this.before.revision,
      appliedRevision: isApplied ? this.changes.revision : this.before.appliedRevision,
      lastApplyAt: this.parts.now().toISOString(),
      retryFrom: isOnDisk ? retryAfter(this.before, this.changes) : this.before.retryFrom,
      loaded: this.#loaded,
      unread: unreadAfter(this.made.outputs, this.found),
      problems: projectProblems(this.before.problems, this.changes, held),
    };
  }
}

/** From where to fetch again: what these changes say of what they cover, what stood before of the rest. */
function retryAfter({ retryFrom: before }: AgentState, { sinceRevision, retryFrom }: Changes): number | undefined {
  if (before === undefined || sinceRevision <= before) return retryFrom;
  return Math.min(before, retryFrom ?? before);
}
