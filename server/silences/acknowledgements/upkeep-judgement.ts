import { RecentMap } from "../../core/recent-map.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AcknowledgementRepository } from "./acknowledgement-repository.js";
import type { EndingSilence } from "./acknowledgement-silencing.js";
import { isFor } from "./managed-silence.js";
import type { SilenceErrand } from "./managed-silences.js";
import { Steadily } from "./steadily.js";
import type { ClaimedSilence, FoundSilence, Reading, UpkeepPlan } from "./upkeep-plan.js";
import type { WarmAlertmanagers } from "./warm-alertmanagers.js";

/** What is certainly to be done. */
export interface SettledPlan {
  readonly expired: readonly Acknowledgement[];
  readonly resolved: readonly Acknowledgement[];
  readonly loud: readonly Acknowledgement[];
  readonly missing: readonly SilenceErrand[];
  readonly due: readonly FoundSilence[];
  readonly found: readonly FoundSilence[];
  readonly ending: readonly EndingSilence[];
}

/** A name that somebody wrote into a comment, and that is no acknowledgement's, is not looked up again for so long. */
const forgetMs = 60_000;

/** Tells what of a plan may be believed: what is missing may only have been missed. */
export class UpkeepJudgement {
  readonly #steadily: Steadily;
  readonly #nobodys = new RecentMap<true>(10_000);

  constructor(
    private readonly repository: AcknowledgementRepository,
    private readonly warm: WarmAlertmanagers,
    whileMs: number,
  ) {
    this.#steadily = new Steadily(whileMs);
  }

  /** To be asked once for each reading. */
  async settle(plan: UpkeepPlan, reading: Reading): Promise<SettledPlan> {
    const { readAtMs, nowMs } = reading;
    const isSteady = (what: string, clusters: readonly string[]) =>
      this.#steadily.holds(what, Math.min(nowMs, ...clusters.map((name) => readAtMs.get(name) ?? nowMs)));
    const isSteadyOf = ({ id, places }: Acknowledgement, what: string) =>
      isSteady(
        `${id} ${what}`,
        places.map(({ cluster }) => cluster),
      );
    const absent = plan.absent.filter((one) => isSteadyOf(one, "absent"));
    // A member may have been told of the end of a silence before it is told of the one in its place.
    const loud = plan.loud.filter((one) => isSteadyOf(one, "loud"));
    const missing = plan.missing.filter(({ acknowledgement: { id }, cluster }) =>
      isSteady(`${id} silent in ${cluster}`, [cluster]),
    );
    // Who had it made may be about to say so.
    const found = plan.found.filter(({ known, cluster }) => isSteady(`${known.id} found`, [cluster]));
    const claimed = plan.claimed.filter(({ silence, cluster }) => isSteady(`${silence.id} claims`, [cluster]));
    this.#steadily.next();
    const { expired, refired, due, ending } = plan;
    const resolved = [...refired, ...(await this.#resolved(absent, reading))];
    const orphans = await this.#orphans(claimed, nowMs);
    return { expired, resolved, loud, missing, due, found, ending: [...ending, ...orphans] };
  }

  async #resolved(absent: readonly Acknowledgement[], { clusters }: Reading): Promise<readonly Acknowledgement[]> {
    if (absent.length === 0) return [];
    const of = ({ places }: Acknowledgement) =>
      places.map(({ cluster }) => cluster).filter((name) => clusters.includes(name));
    const warm = await this.warm.among(absent.flatMap(of));
    return absent.filter((acknowledgement) => of(acknowledgement).every((name) => warm.has(name)));
  }

  /** Those of an acknowledgement that has ended. What names none, or another's, is a person's, and ends when that wants. */
  async #orphans(claimed: readonly ClaimedSilence[], nowMs: number): Promise<readonly EndingSilence[]> {
    const unknown = claimed.filter(({ silence }) => this.#nobodys.get(silence.id, nowMs) === undefined);
    if (unknown.length === 0) return [];
    const found = await this.repository.findMany(unknown.map(({ id }) => id));
    return unknown.flatMap(({ cluster, silence }, index) => {
      const acknowledgement = found[index] ?? null;
      if (acknowledgement !== null && !acknowledgement.isInForce && isFor(acknowledgement, silence)) {
        return [{ acknowledgement, cluster, silence }];
      }
      this.#nobodys.set(silence.id, true, nowMs + forgetMs);
      return [];
    });
  }
}
