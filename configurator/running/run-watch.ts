import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { AgentState } from "../disk/agent-state.js";
import type { Problem } from "../render/problem.js";
import { type Mend, Mending } from "./mending.js";
import { readRun } from "./read-run.js";
import type { Run } from "./run.js";
import type { RunSource } from "./run-source.js";

/** What the files are applied by, as far as it matters here. */
export interface Applied {
  readonly state: AgentState;
  /** Whether a cycle is under way, so that processes may be about to load something. */
  readonly isRunning: boolean;
  /** Takes back that an output was loaded, so that the next cycle has it loaded again. */
  forgetLoaded(mends: readonly Mend[]): void;
}

/** What a watch works with. */
export interface RunWatchParts {
  readonly sources: readonly RunSource[];
  readonly applied: Applied;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
  /** Called with all that is known whenever it was looked at. */
  readonly onLook?: (runs: readonly Run[]) => void;
}

/** What came of looking until nothing changes any more. */
export interface Settled {
  /** Whether something else is to be told than before. */
  readonly hasChanged: boolean;
  /** Whether it is for a cycle to mend what is amiss. */
  readonly needsCycle: boolean;
}

/** Prometheus reads targets and shows them with a delay, and a reload takes a moment to be seen. */
const patienceMs = [500, 1_000, 2_000, 4_000];

/**
 * Asks the processes what they really run, in place of believing that they run what was written. What runs something else
 * than what is in use, and goes on to do so for some seconds, is told and mended by one reload.
 */
export class RunWatch {
  readonly #parts: RunWatchParts;
  readonly #mending: Mending;
  #runs = new Map<string, Run>();
  #problems: readonly Problem[] = [];
  /** Why this machine does not let itself be looked at. */
  #fault: string | undefined;
  /** What was amiss and stayed so for as long as one waits. */
  #settled: ReadonlySet<string> = new Set();
  #isSettling = false;

  constructor(parts: RunWatchParts) {
    this.#parts = parts;
    this.#mending = new Mending(parts.now);
  }

  /** Each process as it was last seen, in the order of the settings. */
  get runs(): readonly Run[] {
    return [...this.#runs.values()];
  }

  /** The processes that have been running something else for a while, and what keeps this from being known. */
  get problems(): readonly Problem[] {
    return this.#fault === undefined ? this.#problems : [{ message: this.#fault }, ...this.#problems];
  }

  /** Asks each process once. What is found while a cycle changes what they run is not believed. Never rejects. */
  async look(signal: AbortSignal): Promise<void> {
    await this.#guarded(() => this.#look(signal), undefined);
  }

  /**
   * Looks again for some seconds while a process runs something else; what lasts is a problem from then on, and mended. Never
   * rejects.
   */
  async settle(signal: AbortSignal): Promise<Settled> {
    const before = this.#fault;
    const settled = await this.#guarded(() => this.#settle(signal), { hasChanged: false, needsCycle: false });
    return { ...settled, hasChanged: settled.hasChanged || this.#fault !== before };
  }

  /** A disk that fails is told like anything else that is amiss; what was known stays. */
  async #guarded<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      const result = await work();
      this.#fault = undefined;
      return result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#fault = `What the processes run cannot be looked after: ${reason}`;
      this.#parts.log.warn({ err: error }, "What the processes run cannot be looked after");
      return otherwise;
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { sources, applied, now, onLook } = this.#parts;
    const { state, isRunning } = applied;
    if (isRunning) return;
    const releases = this.#releases();
    const found = await Promise.all(
      sources.flatMap((source) => {
        if (source.urls.length === 0 || source.release() === undefined) return [];
        const makeJudge = source.judges(state);
        return source.urls.map(async (url) => {
          const key = `${source.name} ${url}`;
          return [key, await readRun(source, url, makeJudge(), { before: this.#runs.get(key), signal, now })] as const;
        });
      }),
    );
    const isOutdated = applied.isRunning || applied.state !== state || this.#releases() !== releases;
    if (signal.aborted || isOutdated) return;
    this.#runs = new Map(found);
    if (!this.runs.some(({ state }) => state === "OTHER")) this.#problems = [];
    onLook?.(this.runs);
  }

  async #settle(signal: AbortSignal): Promise<Settled> {
    if (this.#isSettling) return { hasChanged: false, needsCycle: false };
    this.#isSettling = true;
    try {
      const before = this.#told();
      const releases = this.#releases();
      for (const ms of patienceMs) {
        // Files that are missing do not come back by themselves.
        if (!this.#isAmiss() || this.runs.some(({ isDamaged }) => isDamaged === true)) break;
        await delay(ms, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return { hasChanged: false, needsCycle: false };
        await this.#look(signal);
      }
      this.#settled = new Set(this.#amiss());
      // Of a cycle that has switched in the meantime the looks before it say nothing.
      const isOutdated = this.#parts.applied.isRunning || this.#releases() !== releases;
      const needsCycle = !isOutdated && this.#mend();
      return { hasChanged: this.#told() !== before, needsCycle };
    } finally {
      this.#isSettling = false;
    }
  }

  /** Whether something is amiss that was not waited for already. */
  #isAmiss(): boolean {
    return this.#amiss().some((cause) => !this.#settled.has(cause));
  }

  #amiss(): readonly string[] {
    const amiss = this.runs.filter(({ state }) => state === "OTHER" || state === "UNKNOWN");
    return amiss.map(({ output, server, detail }) => JSON.stringify([this.#releases(), output, server, detail]));
  }

  /** What a report would say, but when it was seen. */
  #told(): string {
    return JSON.stringify([this.runs.map(({ seenAt, ...run }) => run), this.#problems]);
  }

  #mend(): boolean {
    const { sources, applied, log } = this.#parts;
    const others = this.runs.filter(({ state }) => state === "OTHER");
    this.#problems = others.map(({ server, detail }) => ({
      message: `${server} does not run what is in use: ${detail}`,
    }));
    const mends = sources.flatMap((source): readonly Mend[] => {
      const release = source.release() ?? "";
      const due = others.filter((run) => run.output === source.output && this.#mending.isDue(release, run));
      if (due.length === 0) return [];
      log.warn({ output: source.name, runs: due }, "Processes do not run what is in use; they are asked to load it");
      return [{ name: source.name, isDamaged: due.some(({ isDamaged }) => isDamaged === true) }];
    });
    if (mends.length > 0) applied.forgetLoaded(mends);
    return mends.length > 0;
  }

  #releases(): string {
    return JSON.stringify(this.#parts.sources.map((source) => source.release()));
  }
}
