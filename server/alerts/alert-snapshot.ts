import type { UpstreamSilence } from "../clients/alertmanager-client.js";
import { Alert } from "./alert.js";
import type { ClusterContent } from "./cluster-member.js";

/** A silence and the cluster that holds it. */
export interface HeldSilence {
  readonly cluster: string;
  readonly silence: UpstreamSilence;
}

/** All alerts and silences of all clusters at one moment; alerts are merged by fingerprint, the newest first. */
export class AlertSnapshot {
  /** Whether any cluster has told its alerts, and whether any has told its silences; else there seem to be none. */
  readonly knows: { readonly alerts: boolean; readonly silences: boolean };
  readonly alerts: readonly Alert[];
  readonly silences: readonly HeldSilence[];
  readonly #byFingerprint: ReadonlyMap<string, Alert>;
  #byProject: ReadonlyMap<string, readonly Alert[]> | null = null;
  #byRule: ReadonlyMap<string, readonly Alert[]> | null = null;
  #silencesById: ReadonlyMap<string, HeldSilence> | null = null;

  constructor(clusters: readonly { readonly name: string; readonly content: ClusterContent }[]) {
    this.knows = {
      alerts: clusters.some(({ content }) => content.alerts !== null),
      silences: clusters.some(({ content }) => content.silences !== null),
    };
    const byFingerprint = new Map<string, Alert>();
    for (const { name, content } of clusters) {
      const held = [name];
      for (const upstream of content.alerts ?? []) {
        const alert = new Alert(upstream, held);
        const known = byFingerprint.get(alert.fingerprint);
        byFingerprint.set(alert.fingerprint, known === undefined ? alert : known.with(alert));
      }
    }
    this.#byFingerprint = byFingerprint;
    this.alerts = [...byFingerprint.values()].sort(newestFirst);
    this.silences = clusters.flatMap(({ name, content }) =>
      (content.silences ?? []).map((silence) => ({ cluster: name, silence })),
    );
  }

  /** The alert with this fingerprint. */
  alert(fingerprint: string): Alert | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  /** The alerts whose label `project` has this value, the newest first. */
  alertsOfProject(projectName: string): readonly Alert[] {
    this.#byProject ??= groupedBy(this.alerts, (alert) => alert.projectName);
    return this.#byProject.get(projectName) ?? [];
  }

  /** The names of projects that have alerts. */
  get projectNames(): readonly string[] {
    this.#byProject ??= groupedBy(this.alerts, (alert) => alert.projectName);
    return [...this.#byProject.keys()].filter((name) => name !== "");
  }

  /** The alerts that say they come of this rule, the newest first. */
  alertsOfRule(ruleId: string): readonly Alert[] {
    this.#byRule ??= groupedBy(this.alerts, (alert) => alert.ruleId ?? "");
    return this.#byRule.get(ruleId) ?? [];
  }

  /** The silence with this id, as Alertmanager has it. */
  silence(id: string): HeldSilence | undefined {
    this.#silencesById ??= new Map(this.silences.map((held) => [held.silence.id, held]));
    return this.#silencesById.get(id);
  }
}

function newestFirst(a: Alert, b: Alert): number {
  return b.startsAtMs - a.startsAtMs || (a.fingerprint < b.fingerprint ? 1 : -1);
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
