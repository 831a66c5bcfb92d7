import type { UpstreamAlert, UpstreamSilence } from "../clients/alertmanager-client.js";
import type { Changed, ClusterMember, MemberHealth } from "./cluster-member.js";
import type { Holdings } from "./reading/holdings.js";

/**
 * What the members of a cluster hold together. An alert is there when any member that answers holds it, as the lead holds it
 * where that does: two members need not agree at every instant, and going back and forth between them would show changes
 * that are none. Of a silence the newest writing counts, as it does between the members themselves.
 */
export class ClusterContent {
  #alertSources: readonly ClusterMember[] = [];
  #silenceSources: readonly ClusterMember[] = [];
  #sizes: { readonly alerts: number; readonly silences: number } | null = null;

  constructor(private readonly members: readonly ClusterMember[]) {}

  /** The first member whose alerts can be read, in the order of the settings: what it says counts first. Null before the first answer. */
  get lead(): ClusterMember | null {
    return this.#alertSources[0] ?? null;
  }

  /** Whether any member has told its alerts, and whether any has told its silences. */
  get knows(): { readonly alerts: boolean; readonly silences: boolean } {
    return { alerts: this.#alertSources.length > 0, silences: this.#silenceSources.length > 0 };
  }

  /** The alert with this fingerprint. */
  alert(fingerprint: string): UpstreamAlert | undefined {
    for (const { alerts } of this.#alertSources) {
      const alert = alerts.items?.get(fingerprint);
      if (alert !== undefined) return alert;
    }
    return undefined;
  }

  /** The silence with this id. */
  silence(id: string): UpstreamSilence | undefined {
    let newest: UpstreamSilence | undefined;
    for (const { silences } of this.#silenceSources) {
      const silence = silences.items?.get(id);
      if (silence && !(newest && isNewer(newest, silence))) newest = silence;
    }
    return newest;
  }

  /** How many alerts and silences of the others a member does not hold; null while it does not answer. */
  missingIn(member: ClusterMember): Pick<MemberHealth, "missingAlerts" | "missingSilences"> {
    if (!member.isWhole) return { missingAlerts: null, missingSilences: null };
    this.#sizes ??= {
      alerts: idsOf(alertsOf(this.#alertSources)).size,
      silences: idsOf(silencesOf(this.#silenceSources)).size,
    };
    const { alerts, silences } = this.#sizes;
    return {
      missingAlerts: alerts - (member.alerts.items?.size ?? 0),
      missingSilences: silences - (member.silences.items?.size ?? 0),
    };
  }

  /** Takes in what a member was just found to hold, or that one is away; tells what may be different now. */
  settle(member?: ClusterMember, changed: Changed = nothing): Changed {
    const [alerts, silences] = [this.#alertSources, this.#silenceSources];
    this.#alertSources = this.#sources(alerts, (one) => one.alerts);
    this.#silenceSources = this.#sources(silences, (one) => one.silences);
    const isSource = member !== undefined && this.#alertSources.includes(member);
    const settled = {
      alerts: sameMembers(alerts, this.#alertSources)
        ? changed.alerts
        : [...idsOf(alertsOf(alerts)), ...idsOf(alertsOf(this.#alertSources)), ...changed.alerts],
      silences: sameMembers(silences, this.#silenceSources)
        ? changed.silences
        : [...idsOf(silencesOf(silences)), ...idsOf(silencesOf(this.#silenceSources)), ...changed.silences],
      touched: isSource ? changed.touched : [],
    };
    if (settled.alerts.length + settled.silences.length > 0) this.#sizes = null;
    return settled;
  }

  /**
   * Those that are good, and those that went away since the others were read: what they said counts until another is read
   * again, or what was just written would be gone for a moment.
   */
  #sources(
    before: readonly ClusterMember[],
    of: (member: ClusterMember) => Pick<Holdings<unknown>, "isGood" | "readAtMs" | "awaySinceMs">,
  ): readonly ClusterMember[] {
    const good = this.members.filter((member) => of(member).isGood);
    const newestMs = Math.max(...good.map((member) => of(member).readAtMs));
    return this.members.filter((member) => {
      const { awaySinceMs } = of(member);
      return awaySinceMs === null || (before.includes(member) && awaySinceMs > newestMs);
    });
  }
}

const nothing: Changed = { alerts: [], silences: [], touched: [] };

const alertsOf = (members: readonly ClusterMember[]) => members.map(({ alerts }) => alerts.items);
const silencesOf = (members: readonly ClusterMember[]) => members.map(({ silences }) => silences.items);

function idsOf(holdings: readonly (ReadonlyMap<string, unknown> | null)[]): ReadonlySet<string> {
  return new Set(holdings.flatMap((items) => [...(items?.keys() ?? [])]));
}

function sameMembers(a: readonly ClusterMember[], b: readonly ClusterMember[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}

/** An Alertmanager tells the time of the last writing; where that is the same, what has ended since is later. */
function isNewer(a: UpstreamSilence, b: UpstreamSilence): boolean {
  return a.updatedAtMs > b.updatedAtMs || (a.updatedAtMs === b.updatedAtMs && stage[a.state] >= stage[b.state]);
}

const stage = { PENDING: 0, ACTIVE: 1, EXPIRED: 2 } as const;
