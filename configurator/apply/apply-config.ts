import type { ChangePage } from "@metricsinfra/sdk";
import type { AgentState, StateFile } from "../disk/agent-state.js";
import type { Egress } from "../egress/egress.js";
import type { ConfigSource } from "../fetch/config-source.js";
import { type Changes, fetchChanges, type Plan, type Since } from "../fetch/fetch-changes.js";
import type { Outputs } from "../outputs/make-outputs.js";
import { type Output, OutputRefusedError } from "../outputs/output.js";
import type { StatusBefore } from "../reload/reloader.js";
import { BaseFileError } from "../render/base-file.js";
import { type LimitTiers, readTiers } from "../render/limit-tier.js";
import type { Problem } from "../render/problem.js";
import { type OutputName, renderProject } from "../render/render-project.js";
import { checkDeletions } from "./deletion-brake.js";
import { type Inspection, inspectFiles, unreadAfter } from "./inspect-files.js";
import { outputChanges } from "./output-changes.js";
import type { PhaseTimes } from "./phase-times.js";
import { projectProblems } from "./project-problems.js";
import { type StagedRelease, stageRelease } from "./stage-release.js";
import { loadRelease } from "./switch-release.js";
import { targetChanges, writeTargets } from "./target-changes.js";

/** What an applier works with. */
export interface ApplierParts {
  readonly source: ConfigSource;
  readonly egress: Egress;
  readonly stateFile: StateFile;
  /** Made anew for each cycle, because base files and the server's limit tiers change too. */
  readonly outputs: (tiers: LimitTiers) => Outputs;
  readonly maxDeletedShare: number;
  /** Called before anything is written; throws when this agent may not. */
  readonly mayApply: () => Promise<void>;
  readonly times: PhaseTimes;
  readonly now: () => Date;
}

/** How long what could not be read is left alone: it costs a fetch of all that changed since. */
const retryMs = 300_000;

/** How a cycle went. */
export interface CycleResult {
  /** Whether the files or what the processes run may have changed. */
  readonly changed: boolean;
  /** Whether processes were asked to read their config again. */
  readonly reloaded: boolean;
  /** How many files were written or removed. */
  readonly files: number;
  /** Why outputs keep what they ran: their files failed a check or were refused. */
  readonly refused: readonly Problem[];
  /** Which processes could not be told yet. */
  readonly waiting: readonly Problem[];
}

interface CyclePlan extends Plan {
  readonly made: Outputs;
}

interface Staged extends StagedRelease {
  readonly status: Promise<StatusBefore>;
}

/** Carries the config from the server to the files and to the processes that read them, one cycle at a time. */
export class ConfigApplier {
  #state: AgentState;
  #retriedAt = Number.NEGATIVE_INFINITY;
  /** Whether this process has looked for files that were changed while it did not run. */
  #hasLooked = false;

  constructor(private readonly parts: ApplierParts) {
    this.#state = parts.stateFile.read();
  }

  /** What this machine holds and runs, as far as is known. */
  get state(): AgentState {
    return this.#state;
  }

  /** Fetches, renders, checks, switches, loads and verifies what has changed. Throws when nothing could be applied. */
  async run(): Promise<CycleResult> {
    const { changes, plan } = await this.parts.times.measure("fetch", () =>
      fetchChanges(this.parts.source, this.#since(), (first) => this.#planFor(first)),
    );
    const { made } = plan;
    const { outputs } = made;
    const isSettled =
      plan.isKnown && outputs.every((output) => output.tree.current() === this.#state.loaded[output.name]);
    const isIdle = isSettled && this.#hasNothing(changes);
    if (isIdle && this.#hasLooked && this.#state.unread.length === 0) return unchanged;
    const found = await this.parts.times.measure("check", () => inspectFiles(outputs, this.#state, isIdle));
    this.#hasLooked = true;
    if (isIdle && !found.hasSuspects) {
      if (this.#state.unread.length > 0) this.#save({ ...this.#state, unread: unreadAfter(outputs, found) });
      return unchanged;
    }
    checkDeletions(outputs, made.targets?.folder, changes, this.parts.maxDeletedShare);
    await this.parts.mayApply();
    return new Application(this.parts, made, changes, found, this.#state).run((state) => this.#save(state));
  }

  #save(state: AgentState): void {
    this.parts.stateFile.write(state);
    this.#state = state;
  }

  #since(): Since {
    const { stale } = this.parts.egress;
    const { revision, retryFrom = revision } = this.#state;
    const now = this.parts.now().getTime();
    if (retryFrom === revision || now - this.#retriedAt < retryMs) {
      return { sinceRevision: revision, knownRevision: revision, stale };
    }
    this.#retriedAt = now;
    return { sinceRevision: retryFrom, knownRevision: revision, stale };
  }

  async #planFor({ limitTiers, egressFingerprint }: ChangePage): Promise<CyclePlan> {
    const { egress, times } = this.parts;
    await egress.settle(egressFingerprint);
    const made = this.parts.outputs(readTiers(limitTiers));
    const { outputs } = made;
    const isSame = this.#state.fingerprint === fingerprintOf(made, egress);
    return {
      made,
      isKnown: isSame && outputs.every(({ tree }) => tree.current() !== undefined),
      prepare: (projects) => times.measure("names", () => egress.prepare(projects)),
      render: (project) => {
        const rendered = times.measureSync("render", () => renderProject(project, made.render, egress));
        times.measureSync("write", () => {
          for (const { name, tree } of outputs) tree.writeAhead(rendered.files[name]);
        });
        return rendered;
      },
    };
  }

  #hasNothing({ revision, projects, deleted, globalRules }: Changes): boolean {
    if (revision !== this.#state.revision) return false;
    // A server that has never held anything answers with all it has: nothing.
    return revision === 0 || (projects.length === 0 && deleted.length === 0 && globalRules === undefined);
  }
}

const unchanged: CycleResult = { changed: false, reloaded: false, files: 0, refused: [], waiting: [] };

/** One set of changes on its way to the machine. */
class Application {
  readonly #refused: Problem[] = [];
  readonly #waiting: Problem[] = [];
  readonly #loaded: Record<string, string>;
  /** Whether an output is back on a release that may be older than the revision that was known. */
  #rolledBack = false;
  #reloaded = false;
  #files = 0;

  constructor(
    private readonly parts: ApplierParts,
    private readonly made: Outputs,
    private readonly changes: Changes,
    private readonly found: Inspection,
    private readonly before: AgentState,
  ) {
    this.#loaded = { ...before.loaded };
  }

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
    if (changes.size > 0) times.measureSync("write", () => output.tree.publish(this.changes.revision));
    this.#files += changes.size;
    const lastGood = this.#loaded[output.name];
    if (output.tree.current() === lastGood) return;
    this.#reloaded ||= output.reloader.hasProcesses;
    const result = await times.measure("reload", async () => loadRelease(output, await status, lastGood));
    if ("loaded" in result) this.#loaded[output.name] = result.loaded;
    else this.#waiting.push({ message: `${output.name}: ${result.pending}` });
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

/** Changes whenever the same projects would be rendered into other files. */
export function fingerprintOf(made: Outputs, egress: Egress): string {
  return `${made.fingerprint} ${egress.fingerprint}`;
}

/** From where to fetch again: what these changes say of what they cover, what stood before of the rest. */
function retryAfter({ retryFrom: before }: AgentState, { sinceRevision, retryFrom }: Changes): number | undefined {
  if (before === undefined || sinceRevision <= before) return retryFrom;
  return Math.min(before, retryFrom ?? before);
}
