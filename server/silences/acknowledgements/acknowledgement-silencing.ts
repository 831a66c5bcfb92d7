import type { Caller } from "../../access/caller.js";
import type { LiveAlerts } from "../../alerts/live-alerts.js";
import type { ChangeLog } from "../../audit/change-log.js";
import type { UpstreamSilence } from "../../clients/alertmanager-client.js";
import { groupBy } from "../../core/loaders.js";
import type { Acknowledgement, SilencePlace } from "./acknowledgement.js";
import type { AcknowledgementStore, WriteOptions } from "./acknowledgement-store.js";
import { isBounded, labelsBeyond, namedLike, wasEndedEarly } from "./managed-silence.js";
import type { DoneErrand, Guard, ManagedSilences, SilenceErrand } from "./managed-silences.js";

/** A silence of an acknowledgement that is to end. */
export interface EndingSilence {
  readonly acknowledgement: Acknowledgement;
  readonly cluster: string;
  readonly silence: UpstreamSilence;
}

/** Gives acknowledgements their silences and takes these away, and has that stored and logged. */
export class AcknowledgementSilencing {
  constructor(
    private readonly live: LiveAlerts,
    private readonly silences: ManagedSilences,
    private readonly store: AcknowledgementStore,
    private readonly changes: ChangeLog,
    /** What a request has not written after so long it leaves to the upkeep. */
    private readonly patienceMs: number,
  ) {}

  /**
   * Makes the silences of these, or makes those that there are say what they should. Where an Alertmanager does not answer,
   * or not in time, that is left to the upkeep: the acknowledgement is there all the same.
   */
  async begin(caller: Caller, acknowledgements: readonly Acknowledgement[]): Promise<void> {
    const quiet = acknowledgements.filter((one) => one.quiet && one.isInForce);
    if (quiet.length === 0) return;
    const snapshot = await this.live.snapshot();
    const errands = quiet.flatMap((acknowledgement): SilenceErrand[] => {
      const { labels } = acknowledgement;
      const without = labelsBeyond(labels, namedLike(labels, snapshot));
      if (!isBounded(labels, without)) return [];
      return acknowledgement.places.flatMap(({ cluster, silenceId }) => {
        const held = silenceId === null ? undefined : snapshot?.silence(silenceId)?.silence;
        // Somebody has ended it, of which the upkeep is about to take note.
        if (held !== undefined && wasEndedEarly(held)) return [];
        return [{ acknowledgement, cluster, known: held?.state === "EXPIRED" ? null : (held ?? null), without }];
      });
    });
    const untilMs = performance.now() + this.patienceMs;
    const isLate = () => performance.now() >= untilMs;
    const results = await this.#inEachCluster(errands, (cluster, those) =>
      this.silences.put(cluster, those, { isLate }),
    );
    await this.record(
      caller,
      results.flatMap(({ done }) => done),
    );
  }

  /** Ends the silences of these, and others. Where an Alertmanager does not answer, that is left to the upkeep. */
  async end(
    caller: Caller,
    acknowledgements: readonly Acknowledgement[],
    { guard, others = [] }: { readonly guard?: Guard; readonly others?: readonly EndingSilence[] } = {},
  ): Promise<void> {
    const snapshot = await this.live.snapshot();
    const own = acknowledgements.flatMap((acknowledgement) =>
      acknowledgement.places.flatMap(({ cluster, silenceId }) => {
        const silence = silenceId === null ? undefined : snapshot?.silence(silenceId)?.silence;
        return silence === undefined || silence.state === "EXPIRED" ? [] : [{ acknowledgement, cluster, silence }];
      }),
    );
    const ending = [...own, ...others];
    const results = await this.#inEachCluster(ending, (cluster, those) =>
      this.silences.expire(
        cluster,
        those.map(({ silence }) => silence),
        guard,
      ),
    );
    const done = new Set(results.flat());
    const ended = ending.filter(({ silence }) => done.has(silence));
    const acts = ended.map((one) => this.silences.endedAct(one.acknowledgement, one.cluster, one.silence));
    if (acts.length > 0) await this.changes.note(caller, acts, null);
  }

  /** Stores where the silences are now, those that are new with an entry in the change log. */
  async record(caller: Caller, done: readonly DoneErrand[], options: WriteOptions = {}): Promise<void> {
    const fresh = done.filter(({ acknowledgement, cluster, silence }) =>
      acknowledgement.places.every((place) => place.cluster !== cluster || place.silenceId !== silence.uuid),
    );
    if (fresh.length === 0) return;
    await this.store.write(
      caller,
      async (writes) => {
        for (const [acknowledgement, errands] of groupBy(fresh, (errand) => errand.acknowledgement)) {
          // One that changed meanwhile has its silences put right by the upkeep.
          await writes.place(
            acknowledgement,
            placesWith(acknowledgement.places, errands),
            errands.map((errand) => this.silences.madeAct(errand)),
          );
        }
      },
      options,
    );
  }

  #inEachCluster<T extends { readonly cluster: string }, R>(
    items: readonly T[],
    work: (cluster: string, items: readonly T[]) => Promise<R>,
  ): Promise<R[]> {
    const byCluster = groupBy(items, ({ cluster }) => cluster);
    return Promise.all([...byCluster].map(([cluster, those]) => work(cluster, those)));
  }
}

function placesWith(places: readonly SilencePlace[], errands: readonly DoneErrand[]): readonly SilencePlace[] {
  const found = errands.map(({ cluster, silence }) => ({ cluster, silenceId: silence.uuid }));
  const others = places.filter(({ cluster }) => found.every((place) => place.cluster !== cluster));
  return [...others, ...found];
}
