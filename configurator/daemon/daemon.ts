import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@metricsinfra/sdk";
import type { Logger } from "pino";
import type { ConfigApplier, NextStep } from "../apply/apply-config.js";
import type { CycleResult } from "../apply/cycle-result.js";
import type { PhaseTimes } from "../apply/phase-times.js";
import { askRelease } from "../brake/ask-release.js";
import { BrakedError } from "../brake/braked-error.js";
import type { Brake } from "../brake/removal.js";
import type { Egress } from "../egress/egress.js";
import type { Problem } from "../render/problem.js";
import type { RunWatch } from "../running/run-watch.js";
import type { Settings } from "../settings/settings.js";
import type { AgentMetrics, CycleOutcome } from "./agent-metrics.js";
import { Alarm } from "./alarm.js";
import { ReloadPace } from "./reload-pace.js";
import { type AgentStatus, NameTakenError, type Reporter } from "./reporter.js";
import { type Turns, WaitsForTurnError } from "./turn.js";

/** What the daemon works with. */
export interface DaemonParts {
  readonly client: Pick<Client, "revisions">;
  readonly applier: ConfigApplier;
  readonly egress: Egress;
  readonly running: RunWatch;
  readonly reporter: Reporter;
  readonly turns: Turns;
  readonly settings: Settings;
  readonly times: PhaseTimes;
  readonly metrics: AgentMetrics;
  readonly log: Logger;
  readonly now: () => Date;
}

const firstRetryMs = 1_000;
const longestRetryMs = 300_000;
const waitingMs = 100;
const checksPerInterval = 6;

/**
 * Applies each new revision as soon as the server tells of it, polls in case it does not, tries again what failed, and
 * reports. One thing at a time: no two cycles ever run at once.
 */
export class Daemon {
  readonly #parts: DaemonParts;
  readonly #alarm = new Alarm();
  readonly #pace: ReloadPace;
  #problems: readonly Problem[] = [];
  #state: AgentStatus["state"] = "APPLYING";
  #reported: AgentStatus["state"] | undefined;
  #isRefused = false;
  #isWaiting = false;
  #waitsFor: string | undefined;
  #brake: Brake | undefined;
  /** The digest of the deletion that an operator has confirmed and that is not carried out yet. */
  #released: string | undefined;

  constructor(parts: DaemonParts) {
    this.#parts = parts;
    this.#pace = new ReloadPace(parts.settings.reloadIntervalSeconds * 1_000);
  }

  /** Why the last cycle did not go well; undefined when it did. */
  get notReady(): string | undefined {
    if (this.#state === "SYNCED") return undefined;
    return this.#problems.map(({ message }) => message).join("\n") || "the first cycle is not over";
  }

  /** Runs until the signal is aborted; then the cycle that is under way comes to its end. Rejects when any part of it fails. */
  async run(stopped: AbortSignal): Promise<void> {
    const end = new AbortController();
    const signal = AbortSignal.any([stopped, end.signal]);
    // What the processes run is known before it is reported for the first time.
    await this.#parts.running.look(signal);
    const all = [this.#cycles(signal), this.#watch(signal), this.#watchNames(signal), this.#reportRegularly(signal)];
    try {
      await Promise.all(all);
    } finally {
      // None goes on without the others.
      end.abort();
      await Promise.allSettled(all);
    }
  }

  async #cycles(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      failures = (await this.#cycle(signal)) ? 0 : failures + 1;
      // What changes in the meantime comes with the next cycle.
      await pause(this.#pace.waitMs, signal);
      await this.#alarm.wait(this.#pauseMs(failures), signal);
    }
  }

  /** Called by the applier when it holds back a deletion; resolves to whether an operator has confirmed it. */
  async isReleased(brake: Brake, reason: string, signal: AbortSignal): Promise<boolean> {
    // It stays confirmed while it waits for its turn.
    if (brake.digest === this.#released) return true;
    this.#hold(brake, reason);
    const isReleased = await askRelease(this.#parts.reporter, this.#status(), signal);
    this.#released = isReleased ? brake.digest : undefined;
    return isReleased;
  }

  #hold(brake: Brake, reason: string): void {
    this.#state = "BRAKED";
    this.#brake = brake;
    this.#problems = [{ message: reason }];
  }

  /** Called by the applier before it writes: only the owner of the name may. */
  async mayApply(step: NextStep, signal: AbortSignal): Promise<void> {
    const { reporter, turns, applier } = this.#parts;
    this.#state = "APPLYING";
    this.#brake = undefined;
    await reporter.claimName(this.#status(), signal);
    try {
      // Held for long only once the others know that this one waits.
      await turns.take(step, applier.state.instanceId, this.#isWaiting ? 25 : 0, signal);
    } catch (error) {
      if (error instanceof WaitsForTurnError) this.#waitsFor = error.waitsFor;
      throw error;
    }
    this.#waitsFor = undefined;
  }

  async #cycle(signal: AbortSignal): Promise<boolean> {
    const { applier, metrics, times, log, now } = this.#parts;
    let result: CycleResult | undefined;
    let isBraked = false;
    try {
      result = await applier.run();
      if (result.reloaded) this.#pace.note();
      this.#released = undefined;
      this.#isWaiting = false;
      this.#waitsFor = undefined;
      this.#problems = [...result.refused, ...result.waiting];
      this.#state = this.#problems.length === 0 ? "SYNCED" : "FAILED";
      this.#isRefused = result.refused.length > 0 && result.isMachineFault !== true;
      this.#brake = undefined;
    } catch (error) {
      if (signal.aborted) return true;
      // It was reported already; a confirmation, and a newer revision, wake this up.
      isBraked = error instanceof BrakedError;
      this.#isRefused = isBraked;
      this.#isWaiting = error instanceof WaitsForTurnError;
      if (!isBraked) {
        this.#problems = [{ message: messageOf(error) }];
        this.#state = this.#isWaiting ? "WAITING" : "FAILED";
        this.#brake = undefined;
      }
      if (!this.#isWaiting) log.error({ err: error }, "Nothing was applied; what runs is kept");
      else if (this.#reported !== "WAITING") log.info({ reason: messageOf(error) }, "Waiting for another agent");
    }
    const outcome = isBraked ? "braked" : outcomeOf(result);
    const phases = times.take();
    const { revision, appliedRevision, problems } = applier.state;
    const projectProblems = Object.values(problems).flat();
    metrics.cycle(outcome, phases, now());
    metrics.holds(revision, appliedRevision, projectProblems.length + this.#problems.length);
    if (result?.changed) {
      const level = outcome === "applied" ? "info" : "warn";
      const counts = { files: result.files, projectProblems: projectProblems.length };
      log[level]({ outcome, revision, appliedRevision, ...counts, phases, problems: this.#problems }, "Cycle");
    }
    if (result?.changed) await this.#parts.running.look(signal);
    if (isBraked) this.#reported = this.#state;
    else if (outcome !== "unchanged" || this.#reported !== this.#state) await this.#report(signal);
    if (result?.changed) void this.#settle(signal);
    return outcome === "unchanged" || outcome === "applied";
  }

  #pauseMs(failures: number): number {
    const pollMs = this.#parts.settings.pollIntervalSeconds * 1_000;
    if (failures === 0) return pollMs;
    // The server holds the question, so it may be asked again at once.
    if (this.#isWaiting) return waitingMs;
    // A reload that is refused again and again costs the process dearly; a server that is away costs nothing.
    return Math.min(this.#isRefused ? longestRetryMs : pollMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
  }

  /** Rings whenever the server tells of a revision that is not here yet. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { client, applier, settings, log } = this.#parts;
    while (!signal.aborted) {
      try {
        for await (const revision of client.revisions({ signal })) {
          if (revision !== applier.state.revision) this.#alarm.ring();
        }
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, "Revisions cannot be watched; polling goes on");
      }
      await pause(settings.pollIntervalSeconds * 1_000, signal);
    }
  }

  /** Rings as soon as a name of a project leads elsewhere than when its files were rendered, and may do so or no longer. */
  async #watchNames(signal: AbortSignal): Promise<void> {
    const { egress, settings } = this.#parts;
    // Names are looked up when their last look-up is so old; to ask often spreads them over that time.
    const pauseMs = (settings.nameCheckIntervalSeconds * 1_000) / checksPerInterval;
    egress.whenMoved(() => this.#alarm.ring());
    while (!signal.aborted) {
      await pause(pauseMs, signal);
      // Nothing waits for the last of them: one that nobody answers for must not put off the others' next look-up.
      if (!signal.aborted) void egress.recheck(signal);
    }
  }

  async #reportRegularly(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#parts.settings.reportIntervalSeconds * 1_000, signal);
      if (signal.aborted) return;
      await this.#parts.running.look(signal);
      await this.#report(signal);
      await this.#settle(signal);
    }
  }

  /** Tells what the processes run once that is settled; where it must be mended, by a cycle. */
  async #settle(signal: AbortSignal): Promise<void> {
    const { hasChanged, needsCycle } = await this.#parts.running.settle(signal);
    if (hasChanged) await this.#report(signal);
    if (needsCycle) this.#alarm.ring();
  }

  async #report(signal: AbortSignal): Promise<void> {
    try {
      if (await this.#parts.reporter.report(this.#status(), signal)) this.#alarm.ring();
      this.#reported = this.#state;
    } catch (error) {
      if (signal.aborted) return;
      const level = error instanceof NameTakenError ? "error" : "warn";
      this.#parts.log[level]({ err: error }, "The report was not accepted");
    }
  }

  #status(): AgentStatus {
    const { applier, running } = this.#parts;
    const { state: known, fetchedRevision } = applier;
    // Nothing is wrong with an agent that waits.
    const problems = [...(this.#isWaiting ? [] : this.#problems), ...running.problems];
    const state = this.#state === "SYNCED" && running.problems.length > 0 ? "FAILED" : this.#state;
    const { runs } = running;
    return { state, known, fetchedRevision, runs, waitsFor: this.#waitsFor, problems, brake: this.#brake };
  }
}

function outcomeOf(result: CycleResult | undefined): CycleOutcome {
  if (result === undefined) return "failed";
  if (result.refused.length > 0) return "refused";
  if (result.waiting.length > 0) return "waiting";
  return result.changed ? "applied" : "unchanged";
}

/** Resolves after a time, or as soon as the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
