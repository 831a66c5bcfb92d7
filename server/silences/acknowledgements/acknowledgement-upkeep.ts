import type { Caller } from "../../access/caller.js";
import type { LiveAlerts } from "../../alerts/live-alerts.js";
import type { UpstreamSilence } from "../../clients/alertmanager-client.js";
import { type Lease, LeaseLost, type Tenure } from "../../core/database/lease.js";
import { groupBy } from "../../core/loaders.js";
import type { Log } from "../../core/log.js";
import { RecentMap } from "../../core/recent-map.js";
import { Silence } from "../silence.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AcknowledgementSilencing } from "./acknowledgement-silencing.js";
import type { AcknowledgementChanges, AcknowledgementStore } from "./acknowledgement-store.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";
import { acknowledgementIn, isFor } from "./managed-silence.js";
import type { DoneErrand, ManagedSilences, SilenceErrand } from "./managed-silences.js";
import type { SettledPlan, UpkeepJudgement } from "./upkeep-judgement.js";
import { planUpkeep, type Reading } from "./upkeep-plan.js";

/** What an Alertmanager has refused is not tried again for so long. */
const refusalMs = 60_000;

/** What the upkeep works with. */
export interface UpkeepParts {
  readonly live: LiveAlerts;
  readonly active: ActiveAcknowledgements;
  readonly judgement: UpkeepJudgement;
  readonly silences: ManagedSilences;
  readonly silencing: AcknowledgementSilencing;
  readonly store: AcknowledgementStore;
  readonly lease: Lease;
  /** Who answers for it in the change log. */
  readonly caller: Caller;
  readonly log: Pick<Log, "warn">;
  readonly now: () => Date;
}

/**
 * Keeps what the Alertmanagers hold as the acknowledgements want it, and ends these with their alerts. Each server looks,
 * which asks nobody; what has to be done is done by the one that has the lease.
 */
export class AcknowledgementUpkeep {
  readonly #refused = new RecentMap<true>(10_000);

  constructor(private readonly parts: UpkeepParts) {}

  /** Looks once, and does what has to be done unless another server is at it. */
  async run(): Promise<void> {
    const { active, judgement, silences, lease } = this.parts;
    const reading = await this.#read();
    const plan = planUpkeep(active.all, reading, (...one) => silences.isDue(...one));
    const [missing, due] = [plan.missing.filter(this.#isWelcome), plan.due.filter(this.#isWelcome)];
    const settled = await judgement.settle({ ...plan, missing, due }, reading);
    if (Object.values(settled).every(({ length }) => length === 0)) return;
    try {
      await lease.during((tenure) => this.#carryOut(settled, tenure));
    } catch (error) {
      // Whoever has it now does the rest.
      if (!(error instanceof LeaseLost)) throw error;
    }
  }

  async #read(): Promise<Reading> {
    const { live, now } = this.parts;
    // Before the snapshot, which is then at least as new as this says.
    const { health } = live;
    const readAtMs = new Map(
      health.flatMap(({ name, reachable, lastSyncAt }) =>
        reachable && lastSyncAt !== null ? [[name, lastSyncAt.getTime()] as const] : [],
      ),
    );
    const snapshot = await live.snapshot();
    return { snapshot, readAtMs, clusters: health.map(({ name }) => name), nowMs: now().getTime() };
  }

  async #carryOut(plan: SettledPlan, tenure: Tenure): Promise<void> {
    const { silences, silencing, caller } = this.parts;
    const confirm = () => tenure.confirm();
    const guard = () => tenure.requireHeld();
    const expired = await this.#alter(plan.expired, (at) => ({ untilAt: at, endReason: "EXPIRED" }), confirm);
    const resolved = await this.#alter(plan.resolved, (at) => ({ untilAt: at, endReason: "RESOLVED" }), confirm);
    await this.#alter(plan.loud, () => ({ quiet: false }), confirm);
    await silencing.end(caller, [...expired, ...resolved], { guard, others: plan.ending });
    const done: DoneErrand[] = plan.found.map((one) => ({
      ...one,
      silence: new Silence({ cluster: one.cluster, silence: one.known }),
    }));
    for (const [cluster, errands] of groupBy([...plan.missing, ...plan.due], (errand) => errand.cluster)) {
      const result = await silences.put(cluster, errands, { guard, existing });
      done.push(...result.done);
      for (const errand of result.refused) this.#refuse(errand);
    }
    await silencing.record(caller, done, { confirm });
  }

  /** Answers those that were altered: not those that changed since they were looked at. */
  async #alter(
    acknowledgements: readonly Acknowledgement[],
    changesAt: (at: Date) => AcknowledgementChanges,
    confirm: () => Promise<void>,
  ): Promise<readonly Acknowledgement[]> {
    if (acknowledgements.length === 0) return [];
    const { store, caller } = this.parts;
    return store.write(
      caller,
      async (writes) => {
        const done: Acknowledgement[] = [];
        for (const before of new Set(acknowledgements)) {
          const after = await writes.alter(before, changesAt(writes.at));
          if (after !== null) done.push(after);
        }
        return done;
      },
      { confirm },
    );
  }

  #isWelcome = (errand: SilenceErrand): boolean =>
    this.#refused.get(nameOf(errand), this.parts.now().getTime()) === undefined;

  #refuse(errand: SilenceErrand): void {
    const { log, now } = this.parts;
    const { acknowledgement, cluster } = errand;
    this.#refused.set(nameOf(errand), true, now().getTime() + refusalMs);
    log.warn(
      { acknowledgement: acknowledgement.id, cluster },
      "An Alertmanager refuses the silence of an acknowledgement",
    );
  }
}

function nameOf({ acknowledgement, cluster }: SilenceErrand): string {
  return `${acknowledgement.id} ${cluster}`;
}

/** The silence that another server, or a request that was cut off, has made meanwhile. */
function existing({ acknowledgement }: SilenceErrand, held: readonly UpstreamSilence[]): UpstreamSilence | undefined {
  return held.find(
    (silence) =>
      silence.state !== "EXPIRED" &&
      acknowledgementIn(silence) === acknowledgement.id &&
      isFor(acknowledgement, silence),
  );
}
