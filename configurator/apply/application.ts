import type { Removed } from "../brake/deletion-brake.js";
import type { AgentState } from "../disk/agent-state.js";
import type { Egress } from "../egress/egress.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Outputs } from "../outputs/make-outputs.js";
import { publishMarked } from "../outputs/mark-release.js";
import { type Output, OutputRefusedError, SpoiltFileError } from "../outputs/output.js";
import type { StatusBefore } from "../reload/loader.js";
import { ProcessAwayError } from "../reload/reload-error.js";
import type { Problem } from "../render/problem.js";
import type { OutputName } from "../render/render-project.js";
import { globalRulesName } from "../render/rule-file.js";
import type { CycleResult } from "./cycle-result.js";
import { fingerprintOf } from "./fingerprint-of.js";
import { type HeldFiles, retryTime } from "./held-projects.js";
import { type Inspection, unreadAfter } from "./inspect-files.js";
import { loadMost } from "./load-most.js";
import { LoadPause, pausedMessage } from "./load-pause.js";
import { circumstancesOf, outputChanges } from "./output-changes.js";
import type { PhaseTimes } from "./phase-times.js";
import { type HeldInOutput, projectProblems } from "./project-problems.js";
import { isMachineFault, refusalOf } from "./refusal-of.js";
import { type KnownFiles, type StagedRelease, stageRelease } from "./stage-release.js";
import { loadRelease } from "./switch-release.js";
import { bound, targetChanges, withScrapesKept, writeTargets } from "./target-changes.js";
import type { UsableOutputs } from "./usable-outputs.js";

/** How long one of two releases is in use while no process answers. */
const turnMs = 120_000;

/** What changes are applied with. */
export interface ApplicationParts {
  readonly egress: Egress;
  readonly times: PhaseTimes;
  /** How long one cycle may look for the projects whose files processes refuse, in milliseconds. */
  readonly searchMs: number;
  readonly now: () => Date;
}

/** What was found before anything was written. */
export interface Found extends Inspection {
  /** By output what its processes said. */
  readonly statuses: ReadonlyMap<OutputName, StatusBefore>;
  /** By what of the server's settings the changes are rendered. */
  readonly rendering: string;
  /** What was taken away lately without an operator's confirmation, with what of these changes was carried out by now. */
  readonly removedByNow: () => readonly Removed[];
}

/** One set of changes on its way to the machine. */
export class Application {
  readonly #made: Outputs;
  readonly #refused: Problem[];
  readonly #waiting: Problem[] = [];
  readonly #loaded: Record<string, string>;
  /** The releases that wait for processes of which none answers. */
  readonly #away: Record<string, AgentState["away"][string]> = {};
  readonly #held: HeldInOutput[] = [];
  /** The projects that there was no time to try: they too keep what they had. */
  readonly #untried: { readonly output: OutputName; readonly name: string }[] = [];
  /** The outputs of which nothing could be built and checked. */
  readonly #unstaged = new Set<OutputName>();
  /** Whether nothing but fetching everything again brings this to its end: a search was cut off, a file is spoilt. */
  #isUnfinished = false;
  readonly #pause: LoadPause;
  /** Whether an output is back on a release that may be older than the revision that was known. */
  #rolledBack = false;
  /** Whether targets of projects that moved away are left for when Prometheus drops their alerts. */
  #targetsWait = false;
  #reloaded = false;
  /** How many of the refusals are this machine's fault. */
  #faults: number;
  #files = 0;

  constructor(
    private readonly parts: ApplicationParts,
    { made, unusable }: UsableOutputs,
    private readonly changes: Changes,
    private readonly found: Found,
    private readonly before: AgentState,
  ) {
    this.#made = made;
    this.#refused = [...unusable];
    this.#faults = unusable.length;
    this.#loaded = { ...before.loaded };
    this.#pause = new LoadPause(before.failedLoads, parts.now);
  }

  /** Writes the files and has them loaded; `save` gets the new state before old releases are removed. */
  async run(save: (state: AgentState) => void): Promise<CycleResult> {
    try {
      return await this.#apply(save);
    } catch (error) {
      this.#rememberLosses(save);
      throw error;
    }
  }

  async #apply(save: (state: AgentState) => void): Promise<CycleResult> {
    const { outputs } = this.#made;
    for (const { name, tree } of outputs) {
      const release = this.before.away[name]?.release;
      if (release !== undefined && release !== tree.current() && tree.has(release)) tree.use(release);
    }
    const startedWith = new Map(outputs.map(({ name, tree }) => [name, tree.current()]));
    const staged = await this.#stageAll();
    for (const output of outputs) {
      const release = staged.get(output.name);
      const isPrometheus = output.name === "prometheus";
      // Targets need no reload, but the modules that probes name, and the folders that Prometheus watches.
      const isWatched = output.tree.current() !== undefined;
      this.#held.push(...(release?.held ?? []).map((one) => ({ ...one, output: output.name })));
      if (isPrometheus && isWatched && release?.changesMain !== true) this.#writeTargets(output, release);
      if (release === undefined) continue;
      const isLoaded = await this.#refusable(output, () => this.#switch(output, release, startedWith.get(output.name)));
      if (isPrometheus && isLoaded && (release.changesMain || this.#targetsWait)) this.#writeTargets(output, release);
      this.#rolledBack ||= !isLoaded && output.tree.current() !== startedWith.get(output.name);
    }
    // Before the state: what the state says is done must be in here.
    if (this.#isOnDisk) this.parts.egress.commit(this.changes);
    save(this.#stateAfter());
    for (const { name, tree } of outputs) {
      const kept = [startedWith.get(name), this.#loaded[name], this.#away[name]?.release];
      if (tree.current() !== startedWith.get(name)) tree.prune(kept);
    }
    return {
      changed: true,
      reloaded: this.#reloaded,
      files: this.#files,
      refused: this.#refused,
      ...(this.#faults > 0 && this.#faults === this.#refused.length ? { isMachineFault: true } : {}),
      waiting: this.#waiting,
    };
  }

  /** What has gone although the rest failed counts for the brake all the same. */
  #rememberLosses(save: (state: AgentState) => void): void {
    const removed = [...this.found.removedByNow()];
    if (removed.length === 0) return;
    try {
      save({ ...this.before, removed });
    } catch {
      // The disk fails; what failed first is what is told.
    }
  }

  async #stageAll(): Promise<ReadonlyMap<OutputName, StagedRelease>> {
    const staged = new Map<OutputName, StagedRelease>();
    const circumstances = circumstancesOf(this.#made, this.parts.now());
    for (const output of this.#made.outputs) {
      const isStaged = await this.#refusable(output, async () => {
        const wanted = this.parts.times.measureSync("write", () => outputChanges(output, this.changes, circumstances));
        const { times } = this.parts;
        const known = { ...this.#notToStay(output.name), refused: this.#refusedBefore(output.name) };
        const release = await times.measure("write", () => stageRelease(output, wanted, known, times));
        staged.set(output.name, release);
      });
      if (isStaged) continue;
      this.#unstaged.add(output.name);
      const away = this.before.away[output.name];
      if (away !== undefined) this.#away[output.name] = away;
    }
    return staged;
  }

  async #switch(output: Output, { changes }: StagedRelease, startedWith: string | undefined): Promise<void> {
    const { times } = this.parts;
    const failed = this.#pause.of(output, changes.size > 0 ? output.tree.building : output.tree.inUse);
    if (failed?.refused) {
      output.tree.discard();
      this.#refused.push({ message: pausedMessage(failed, output) });
      return;
    }
    // Prometheus watches only those folders of targets that are there when it loads its config.
    if (output.name === "prometheus") this.#made.targets?.folder.makeTiers(this.#made.targets.tiers);
    if (changes.size > 0) times.measureSync("write", () => publishMarked(output, this.changes.revision));
    this.#files += changes.size;
    const loaded = this.#loaded[output.name];
    const current = output.tree.current();
    if (current === undefined || current === loaded) return;
    // Where it is not known what was loaded, what was in use before is the best to go back to.
    const lastGood = loaded ?? (startedWith === current ? undefined : startedWith);
    if (failed !== undefined) this.#waiting.push({ message: pausedMessage(failed, output) });
    else await times.measure("reload", () => this.#load(output, current, lastGood));
  }

  async #load(output: Output, current: string, lastGood: string | undefined): Promise<void> {
    this.#reloaded ||= output.reloader.hasProcesses;
    const attempt = this.#pause.begin(output);
    const result = await loadRelease(output, this.found.statuses.get(output.name) ?? new Map(), lastGood);
    if ("loaded" in result) {
      this.#loaded[output.name] = result.loaded;
      this.#pause.succeeded(attempt);
    } else if ("pending" in result) {
      this.#pause.failedNow(attempt, { refused: false, message: result.pending });
      this.#waiting.push({ message: `${output.name}: ${result.pending}` });
      this.#takeTurns(output, current);
    } else {
      // What was only taken for good is no better: then nothing is known to be.
      const isGuess = result.isWorse === true && this.#loaded[output.name] === undefined;
      if (isGuess) output.tree.use(current);
      // Processes that have to be started again for it are not started again and again.
      const maySearch = (result.isBack || isGuess) && output.restart === undefined;
      if (maySearch && (await this.#loadMost(output, current, isGuess ? undefined : lastGood))) return;
      this.#pause.failedNow(attempt, { refused: true, message: result.refused });
      throw new OutputRefusedError(output.name, result.refused);
    }
  }

  /**
   * While no process answers, it may be for what they are to load, or for what they loaded last: each is in use for a while,
   * so that whichever they start with, they are there again and tell of the other.
   */
  #takeTurns({ name, tree, reloader, restart }: Output, release: string): void {
    const status = this.found.statuses.get(name);
    const lastGood = this.#loaded[name];
    const areAllAway = restart === undefined && reloader.isAway(status) && status?.size === 0;
    if (!areAllAway || lastGood === undefined || !tree.has(lastGood)) return;
    const now = this.parts.now();
    const before = this.before.away[name];
    const away = before?.release === release ? before : { release, since: now.toISOString() };
    this.#away[name] = away;
    const turn = Math.floor((now.getTime() - Date.parse(away.since)) / turnMs);
    if (turn % 2 === 1) tree.use(lastGood);
  }

  /** Has the processes load all of a refused release but what they refuse; resolves to whether they load anything. */
  async #loadMost(output: Output, refused: string, lastGood: string | undefined): Promise<boolean> {
    const { now, searchMs } = this.parts;
    const until = now().getTime() + searchMs;
    const mayGoOn = () => now().getTime() < until;
    try {
      const known = this.#notToStay(output.name);
      const search = { refused, lastGood, revision: this.changes.revision, known, mayGoOn };
      const found = await loadMost(output, search);
      if (found === undefined) return false;
      this.#loaded[output.name] = found.loaded;
      this.#files += found.files;
      this.#held.push(...found.held.map((one) => ({ ...one, output: output.name })));
      if (found.untried.length > 0) {
        this.#isUnfinished = true;
        this.#untried.push(...found.untried.map((name) => ({ name, output: output.name })));
        const message = `${output.name}: the search for the projects whose files are refused takes longer than one cycle may; ${found.untried.length} projects wait for it with what they had`;
        this.#waiting.push({ message });
      }
      return true;
    } catch (error) {
      if (!(error instanceof ProcessAwayError)) throw error;
      this.#isUnfinished = true;
      this.#waiting.push({ message: `${output.name}: ${error.message}` });
      return true;
    }
  }

  /** What of an output's files must not stay, whether or not something takes its place. */
  #notToStay(output: OutputName): Pick<KnownFiles, "suspects" | "outOfReach"> {
    const outOfReach = new Set(this.changes.projects.flatMap((one) => (one.isOutOfReach ? [one.name] : [])));
    return { suspects: this.found.suspects.get(output) ?? [], outOfReach };
  }

  /** By project the files that this output refused and that are not due to be tried again. */
  #refusedBefore(output: OutputName): ReadonlyMap<string, HeldFiles> {
    const { before, parts } = this;
    const fingerprint = fingerprintOf(this.#made, parts.egress);
    const still = before.held.filter(
      (one) =>
        one.output === output &&
        one.fingerprint === fingerprint &&
        new Date(one.retryAt).getTime() > parts.now().getTime(),
    );
    return new Map(still.map((one) => [one.name, one]));
  }

  /** Whether all that the changes ask for is in the files, though processes may still have to load it. */
  get #isOnDisk(): boolean {
    return this.#refused.length === 0 && !this.#targetsWait;
  }

  /** Writes what Prometheus may read now; what is bound to a config that it does not run yet waits for that. */
  #writeTargets({ tree, name: output }: Output, release: StagedRelease | undefined): void {
    const { outputs, targets } = this.#made;
    if (targets === undefined) return;
    const { folder, tiers } = targets;
    const isLoaded =
      release !== undefined && tree.current() === this.#loaded[output] && this.#away[output] === undefined;
    this.parts.times.measureSync("write", () => {
      const kept = withScrapesKept(outputs, this.changes, [...this.#held, ...this.#untried]);
      folder.makeTiers(tiers);
      const wanted = targetChanges(folder, this.changes).filter(({ project }) => !kept.has(project));
      const waiting = isLoaded ? new Set() : bound(folder, wanted, this.changes);
      const changed = wanted.filter((file) => !waiting.has(file));
      writeTargets(folder, changed);
      if (isLoaded) folder.removeOtherTiers(tiers);
      this.#targetsWait = waiting.size > 0;
      this.#files += changed.length;
    });
  }

  /** Lets the other outputs go on when one keeps what it has; resolves to whether it does not. */
  async #refusable(output: Output, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const problem = refusalOf(error, output);
      if (problem === undefined) throw error;
      this.#refused.push(problem);
      this.#isUnfinished ||= error instanceof SpoiltFileError;
      if (isMachineFault(error)) this.#faults++;
      return false;
    }
  }

  #stateAfter(): AgentState {
    const isOnDisk = this.#isOnDisk;
    const isApplied = isOnDisk && this.#waiting.length === 0;
    const held = [...this.#held, ...this.#stillHeld];
    // What is older than the revision that was known, or was taken away, is told by nothing but fetching everything again.
    const isToBeFetched =
      this.#isUnfinished ||
      this.#held.some(({ isRemoved, name }) => isRemoved || !this.#isTold(name)) ||
      (!isOnDisk && (this.#rolledBack || this.found.hasSuspects));
    return {
      ...this.before,
      fingerprint: isToBeFetched
        ? ""
        : isOnDisk
          ? fingerprintOf(this.#made, this.parts.egress)
          : this.before.fingerprint,
      revision: isOnDisk ? this.changes.revision : this.before.revision,
      appliedRevision: isApplied ? this.changes.revision : this.before.appliedRevision,
      rendering: isApplied ? this.found.rendering : this.before.rendering,
      lastApplyAt: this.parts.now().toISOString(),
      retryFrom: isOnDisk ? retryAfter(this.before, this.changes) : this.before.retryFrom,
      loaded: this.#loaded,
      failedLoads: this.#pause.failed,
      away: this.#away,
      unread: unreadAfter(this.#made.outputs, this.found),
      held: this.#heldAfter(),
      removed: [...this.found.removedByNow()],
      problems: projectProblems(this.before.problems, this.changes, held),
    };
  }

  /** Whether these changes tell of a project that it is there; also of the rules for all. */
  #isTold(name: string): boolean {
    const { projects, globalRules } = this.changes;
    return name === globalRulesName ? globalRules !== undefined : projects.some((one) => one.name === name);
  }

  /** What outputs hold that could not try anything now, of projects that are there. */
  get #stillHeld(): AgentState["held"] {
    return this.before.held.filter(({ output, name }) => this.#unstaged.has(output) && this.#isTold(name));
  }

  /** What is refused now, and what was before of projects that these changes say nothing of. */
  #heldAfter(): AgentState["held"] {
    const { before, changes, parts } = this;
    const now = parts.now();
    const ids = new Map(changes.projects.map(({ id, name }) => [name, id]));
    const deleted = new Set(changes.deleted.map(({ name }) => name));
    const isUntouched = ({ name }: { readonly name: string }) => !deleted.has(name) && !this.#isTold(name);
    const earlier = [...(changes.full ? [] : before.held.filter(isUntouched)), ...this.#stillHeld];
    const fingerprint = fingerprintOf(this.#made, parts.egress);
    const refused = this.#held.flatMap(({ output, name, digest, file, message }) => {
      if (digest === undefined) return [];
      const known = before.held.find((one) => one.output === output && one.name === name && one.digest === digest);
      const id = ids.get(name) ?? known?.id;
      if (known !== undefined && this.#refusedBefore(output).get(name) === known) return [{ ...known, id }];
      const tries = (known?.tries ?? 0) + 1;
      const retryAt = retryTime(tries, now);
      return [{ output, id, name, digest, file, message, tries, retryAt, fingerprint }];
    });
    return [
      ...earlier.filter((one) => !refused.some((each) => each.name === one.name && each.output === one.output)),
      ...refused,
    ];
  }
}

/** From where to fetch again: what these changes say of what they cover, what stood before of the rest. */
function retryAfter({ retryFrom: before }: AgentState, { sinceRevision, retryFrom }: Changes): number | undefined {
  if (before === undefined || sinceRevision <= before) return retryFrom;
  return Math.min(before, retryFrom ?? before);
}
