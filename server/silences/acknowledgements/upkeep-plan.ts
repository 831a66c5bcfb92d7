import type { AlertSnapshot } from "../../alerts/alert-snapshot.js";
import type { UpstreamSilence } from "../../clients/alertmanager-client.js";
import { groupBy } from "../../core/loaders.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { EndingSilence } from "./acknowledgement-silencing.js";
import {
  absentIn,
  acknowledgementIn,
  isBounded,
  isFor,
  labelsBeyond,
  namedLike,
  wasEndedEarly,
} from "./managed-silence.js";
import type { SilenceErrand } from "./managed-silences.js";

// What has to be done about the acknowledgements in force, by what the Alertmanagers were read to hold. Pure.

/** What was read of the Alertmanagers. */
export interface Reading {
  /** Null while none has answered. */
  readonly snapshot: AlertSnapshot | null;
  /** Of the clusters that answer: when each was last read. One that is away says nothing about its alerts. */
  readonly readAtMs: ReadonlyMap<string, number>;
  /** Those in the settings. */
  readonly clusters: readonly string[];
  readonly nowMs: number;
}

/** A silence that says it is of an acknowledgement that is not in force, as far as is known here. */
export interface ClaimedSilence {
  readonly id: string;
  readonly cluster: string;
  readonly silence: UpstreamSilence;
}

/** A silence of an acknowledgement that does not know of it. */
export interface FoundSilence extends SilenceErrand {
  readonly known: UpstreamSilence;
}

/** What is to be done. */
export interface UpkeepPlan {
  readonly expired: readonly Acknowledgement[];
  /** Their alert fires anew, so it had resolved. */
  readonly refired: readonly Acknowledgement[];
  /** Their alert is not there; if that stays so, it has resolved. */
  readonly absent: readonly Acknowledgement[];
  /** Somebody has ended their silence, or others join them with ever more labels, so that no silence is for them alone. */
  readonly loud: readonly Acknowledgement[];
  /** Silences that are not there; if that stays so, they are to be made. */
  readonly missing: readonly SilenceErrand[];
  /** Silences that are to last longer, or to match less. */
  readonly due: readonly FoundSilence[];
  readonly found: readonly FoundSilence[];
  readonly ending: readonly EndingSilence[];
  readonly claimed: readonly ClaimedSilence[];
}

/** Plans the upkeep. `isDue` says whether a silence is to be extended. */
export function planUpkeep(
  acknowledgements: readonly Acknowledgement[],
  reading: Reading,
  isDue: (acknowledgement: Acknowledgement, silence: UpstreamSilence) => boolean,
): UpkeepPlan {
  const planning = new Planning(reading, othersBySilence(acknowledgements, reading.snapshot), isDue);
  const inForce = new Set(acknowledgements.map(({ id }) => id));
  const claims = claimsIn(reading);
  for (const acknowledgement of acknowledgements) planning.look(acknowledgement, claims.get(acknowledgement.id) ?? []);
  const claimed = [...claims].flatMap(([id, those]) => (inForce.has(id) ? [] : those));
  return { ...planning.plan, claimed };
}

/** The silences that name an acknowledgement and have not ended, by its id. */
function claimsIn({ snapshot, readAtMs }: Reading): ReadonlyMap<string, readonly ClaimedSilence[]> {
  const claims = (snapshot?.silences ?? []).flatMap(({ cluster, silence }) => {
    const id = silence.state === "EXPIRED" || !readAtMs.has(cluster) ? null : acknowledgementIn(silence);
    return id === null ? [] : [{ id, cluster, silence }];
  });
  return groupBy(claims, ({ id }) => id);
}

type Plan = { [K in Exclude<keyof UpkeepPlan, "claimed">]: UpkeepPlan[K][number][] };

class Planning {
  readonly plan: Plan = {
    ...{ expired: [], refired: [], absent: [], loud: [] },
    ...{ missing: [], due: [], found: [], ending: [] },
  };

  constructor(
    private readonly reading: Reading,
    private readonly othersBySilence: ReadonlyMap<string, readonly AlertLabels[]>,
    private readonly isDue: (acknowledgement: Acknowledgement, silence: UpstreamSilence) => boolean,
  ) {}

  look(acknowledgement: Acknowledgement, claims: readonly ClaimedSilence[]): void {
    const { snapshot, nowMs } = this.reading;
    const { plan } = this;
    if (acknowledgement.isOver(new Date(nowMs))) {
      plan.expired.push(acknowledgement);
      return;
    }
    if (!snapshot?.knows.alerts) return;
    const alert = snapshot.alert(acknowledgement.fingerprint);
    if (alert === undefined) {
      if (this.#clustersOf(acknowledgement).every((name) => this.reading.readAtMs.has(name))) {
        plan.absent.push(acknowledgement);
      }
    } else if (!acknowledgement.covers(alert.startsAtMs)) {
      plan.refired.push(acknowledgement);
    } else if (!snapshot.knows.silences) {
      return;
    } else if (!acknowledgement.quiet) {
      this.#end(acknowledgement, claims);
    } else {
      for (const cluster of alert.clusters) {
        if (this.reading.readAtMs.has(cluster)) this.#lookAt(acknowledgement, cluster, claims);
      }
    }
  }

  /** Those that hold its alert, as far as is known, and that there still are. */
  #clustersOf({ places }: Acknowledgement): readonly string[] {
    return places.map(({ cluster }) => cluster).filter((name) => this.reading.clusters.includes(name));
  }

  #lookAt(acknowledgement: Acknowledgement, cluster: string, claims: readonly ClaimedSilence[]): void {
    const placed = acknowledgement.places.find((place) => place.cluster === cluster)?.silenceId ?? null;
    const held = placed === null ? undefined : this.reading.snapshot?.silence(placed)?.silence;
    const rivals = claims
      .filter(
        (claim) => claim.silence.id !== placed && claim.cluster === cluster && isFor(acknowledgement, claim.silence),
      )
      .map(({ silence }) => silence);
    const own = held !== undefined && held.state !== "EXPIRED" ? held : rivals.toSorted(lastEndFirst)[0];
    if (own === undefined) {
      const without = this.#withoutFor(acknowledgement);
      const isOver = (held !== undefined && wasEndedEarly(held)) || !isBounded(acknowledgement.labels, without);
      if (isOver) this.plan.loud.push(acknowledgement);
      else this.plan.missing.push({ acknowledgement, cluster, known: null, without });
      return;
    }
    const others = rivals.filter((silence) => silence !== own);
    this.plan.ending.push(...others.map((silence) => ({ acknowledgement, cluster, silence })));
    const errand = { acknowledgement, cluster, known: own, without: absentIn(own) };
    if (own.id !== placed) this.plan.found.push(errand);
    const beyond = labelsBeyond(acknowledgement.labels, this.othersBySilence.get(own.id) ?? []);
    const without = [...new Set([...errand.without, ...beyond])];
    if (!isBounded(acknowledgement.labels, without)) {
      this.plan.loud.push(acknowledgement);
      return;
    }
    if (without.length > errand.without.length || this.isDue(acknowledgement, own)) {
      this.plan.due.push({ ...errand, without });
    }
  }

  #end(acknowledgement: Acknowledgement, claims: readonly ClaimedSilence[]): void {
    const own = claims.filter(({ silence }) => isFor(acknowledgement, silence));
    this.plan.ending.push(...own.map(({ cluster, silence }) => ({ acknowledgement, cluster, silence })));
  }

  #withoutFor({ labels }: Acknowledgement): readonly string[] {
    return labelsBeyond(labels, namedLike(labels, this.reading.snapshot));
  }
}

type AlertLabels = Pick<AlertSnapshot["alerts"][number], "labels">;

/** The alerts that silences of acknowledgements keep quiet besides their own, by the silence. */
function othersBySilence(
  acknowledgements: readonly Acknowledgement[],
  snapshot: AlertSnapshot | null,
): ReadonlyMap<string, readonly AlertLabels[]> {
  const others = new Map<string, AlertLabels[]>();
  const owners = new Map<string, string>();
  for (const { places, fingerprint } of acknowledgements) {
    for (const { silenceId } of places) if (silenceId !== null) owners.set(silenceId, fingerprint);
  }
  if (owners.size === 0) return others;
  for (const alert of snapshot?.alerts ?? []) {
    for (const id of alert.silenceIds) {
      const own = owners.get(id);
      if (own === undefined || own === alert.fingerprint) continue;
      const known = others.get(id);
      if (known) known.push(alert);
      else others.set(id, [alert]);
    }
  }
  return others;
}

function lastEndFirst(a: UpstreamSilence, b: UpstreamSilence): number {
  return b.endsAtMs - a.endsAtMs || (a.id < b.id ? -1 : 1);
}
