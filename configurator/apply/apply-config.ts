import type { ChangePage } from "@metricsinfra/sdk";
import type { DeletionBrake } from "../brake/deletion-brake.js";
import type { Brake } from "../brake/removal.js";
import type { AgentState, StateFile } from "../disk/agent-state.js";
import type { ConfigSource } from "../fetch/config-source.js";
import { type Changes, fetchChanges, type Plan, type Since } from "../fetch/fetch-changes.js";
import type { Outputs } from "../outputs/make-outputs.js";
import type { StatusBefore } from "../reload/loader.js";
import { type LimitTiers, readTiers } from "../render/limit-tier.js";
import { filesIn, type OutputName, renderProject } from "../render/render-project.js";
import type { Mend } from "../running/mending.js";
import { Application, type ApplicationParts } from "./application.js";
import type { CycleResult } from "./cycle-result.js";
import { fingerprintOf, renderingOf } from "./fingerprint-of.js";
import { inspectFiles, unreadAfter } from "./inspect-files.js";
import { type UsableOutputs, usableOutputs } from "./usable-outputs.js";

/** What an applier works with. */
export interface ApplierParts extends ApplicationParts {
  readonly source: ConfigSource;
  readonly stateFile: StateFile;
  /** Made anew for each cycle, because base files and the server's limit tiers change too. */
  readonly outputs: (tiers: LimitTiers) => Outputs;
  readonly brake: DeletionBrake;
  /** Asks whether an operator has confirmed a deletion that is held back. */
  readonly isReleased: (brake: Brake, reason: string) => Promise<boolean>;
  /** Called before anything is written; throws when this agent may not, or not yet. */
  readonly mayApply: (step: NextStep) => Promise<void>;
}

/** What is about to be applied. */
export interface NextStep {
  readonly revision: number;
  /** By what of the server's settings it is rendered. */
  readonly rendering: string;
  /** Whether a process that is to load it does not answer already. */
  readonly isAway: boolean;
}

/** How long what could not be read is left alone: it costs a fetch of all that changed since. */
const retryMs = 300_000;

interface CyclePlan extends Plan, UsableOutputs {
  /** By what of the server's settings projects are rendered. */
  readonly rendering: string;
}

/** Carries the config from the server to the files and to the processes that read them, one cycle at a time. */
export class ConfigApplier {
  #state: AgentState;
  #fetched = 0;
  #retriedAt = Number.NEGATIVE_INFINITY;
  #isRunning = false;
  /** Whether this process has looked for files that were changed while it did not run. */
  #hasLooked = false;

  constructor(private readonly parts: ApplierParts) {
    this.#state = parts.stateFile.read();
  }

  /** The newest revision that was fetched. */
  get fetchedRevision(): number {
    return Math.max(this.#fetched, this.#state.revision);
  }

  /** What this machine holds and runs, as far as is known. */
  get state(): AgentState {
    return this.#state;
  }

  /** Whether a cycle is under way. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Takes back that outputs were loaded, so that the next cycle has them loaded again; where files are missing it fetches
   * everything and writes them again. Not while a cycle is under way.
   */
  forgetLoaded(mends: readonly Mend[]): void {
    const names = new Set<string>(mends.map(({ name }) => name));
    const loaded = Object.fromEntries(Object.entries(this.#state.loaded).filter(([name]) => !names.has(name)));
    const fingerprint = mends.some(({ isDamaged }) => isDamaged) ? "" : this.#state.fingerprint;
    this.#save({ ...this.#state, loaded, fingerprint });
  }

  /** Fetches, renders, checks, switches, loads and verifies what has changed. Throws when nothing could be applied. */
  async run(): Promise<CycleResult> {
    this.#isRunning = true;
    try {
      return await this.#cycle();
    } finally {
      this.#isRunning = false;
    }
  }

  async #cycle(): Promise<CycleResult> {
    const { changes, plan } = await this.parts.times.measure("fetch", () =>
      fetchChanges(this.parts.source, this.#since(), (first) => this.#planFor(first)),
    );
    this.#fetched = changes.revision;
    const { made, unusable } = plan;
    const { outputs } = made;
    const isSettled =
      plan.isKnown &&
      unusable.length === 0 &&
      outputs.every(({ name, tree }) => {
        return tree.current() === this.#state.loaded[name] && this.#state.away[name] === undefined;
      });
    const isIdle = isSettled && this.#hasNothing(changes);
    // Files that do not depend on what has changed are rendered by it all the same.
    if (isIdle && this.#state.rendering !== plan.rendering) this.#save({ ...this.#state, rendering: plan.rendering });
    if (isIdle && this.#hasLooked && this.#state.unread.length === 0) return unchanged;
    const found = await this.parts.times.measure("check", () => inspectFiles(outputs, this.#state, isIdle));
    this.#hasLooked = true;
    if (isIdle && !found.hasSuspects) {
      if (this.#state.unread.length > 0) this.#save({ ...this.#state, unread: unreadAfter(outputs, found) });
      return unchanged;
    }
    const { braked, removedByNow } = this.parts.times.measureSync("check", () =>
      this.parts.brake.judge(made, changes, this.#state.removed),
    );
    if (braked !== undefined && !(await this.parts.isReleased(braked.brake, braked.message))) throw braked;
    const statuses = await statusesOf(outputs);
    const isAway = outputs.some(({ name, reloader }) => reloader.isAway(statuses.get(name)));
    const { rendering } = plan;
    await this.parts.mayApply({ revision: changes.revision, rendering, isAway });
    // What an operator has confirmed counts no more, nor does what went before.
    const lately = braked === undefined ? removedByNow : () => [];
    const before = { ...found, statuses, rendering, removedByNow: lately };
    const application = new Application(this.parts, plan, changes, before, this.#state);
    return application.run((state) => this.#save(state));
  }

  #save(state: AgentState): void {
    this.parts.stateFile.write(state);
    this.#state = state;
  }

  #since(): Since {
    const stale = [...new Set([...this.parts.egress.stale, ...this.#dueHeld()])];
    const { revision, retryFrom = revision } = this.#state;
    const now = this.parts.now().getTime();
    if (retryFrom === revision || now - this.#retriedAt < retryMs) {
      return { sinceRevision: revision, knownRevision: revision, stale };
    }
    this.#retriedAt = now;
    return { sinceRevision: retryFrom, knownRevision: revision, stale };
  }

  /** The projects whose refused files are to be tried again, as what they clashed with may be gone. */
  #dueHeld(): readonly string[] {
    const now = this.parts.now().getTime();
    return this.#state.held.flatMap(({ id, retryAt }) => {
      return id !== undefined && new Date(retryAt).getTime() <= now ? [id] : [];
    });
  }

  /** Whether what belongs to no project is to be tried again: only fetching everything brings it. */
  get #isGlobalDue(): boolean {
    const now = this.parts.now().getTime();
    return this.#state.held.some(({ id, retryAt }) => id === undefined && new Date(retryAt).getTime() <= now);
  }

  async #planFor({ limitTiers, egressFingerprint }: ChangePage): Promise<CyclePlan> {
    const { egress, times } = this.parts;
    await egress.settle(egressFingerprint);
    const tiers = readTiers(limitTiers);
    const { made, unusable } = usableOutputs(this.parts.outputs(tiers));
    const { outputs } = made;
    const isSame = this.#state.fingerprint === fingerprintOf(made, egress);
    return {
      made,
      unusable,
      rendering: renderingOf(tiers, egress),
      isKnown: isSame && !this.#isGlobalDue && outputs.every(({ tree }) => tree.current() !== undefined),
      prepare: (projects) => times.measure("names", () => egress.prepare(projects)),
      render: (project) => {
        const rendered = times.measureSync("render", () => renderProject(project, made.render, egress));
        times.measureSync("write", () => {
          for (const { name, tree } of outputs) tree.writeAhead(filesIn(name, rendered));
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

async function statusesOf(outputs: Outputs["outputs"]): Promise<ReadonlyMap<OutputName, StatusBefore>> {
  const statuses = outputs.map(async ({ name, reloader }) => [name, await reloader.status()] as const);
  return new Map(await Promise.all(statuses));
}

const unchanged: CycleResult = { changed: false, reloaded: false, files: 0, refused: [], waiting: [] };
