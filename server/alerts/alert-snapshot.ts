import type { UpstreamSilence } from "../clients/alertmanager-client.js";
import { labelValue } from "../core/matcher.js";
import type { Alert } from "./alert.js";
import { AlertIndex, patched } from "./alert-index.js";

/** A silence and the cluster that holds it. */
export interface HeldSilence {
  readonly cluster: string;
  readonly silence: UpstreamSilence;
}

/** One alert before and after; null before it fired and after it resolved. */
export interface AlertChange {
  readonly before: Alert | null;
  readonly after: Alert | null;
}

/** One silence before and after; null before it was written and after its Alertmanager forgot it. */
export interface SilenceChange {
  readonly before: HeldSilence | null;
  readonly after: HeldSilence | null;
}

/** What became different at once. */
export interface LiveChanges {
  readonly alerts: readonly AlertChange[];
  readonly silences: readonly SilenceChange[];
}

/** Whether any cluster has told its alerts, and whether any has told its silences; else there seem to be none. */
export interface Knowledge {
  readonly alerts: boolean;
  readonly silences: boolean;
}

interface Contents {
  readonly alerts: readonly Alert[];
  readonly byFingerprint: ReadonlyMap<string, Alert>;
  readonly silencesById: ReadonlyMap<string, HeldSilence>;
  /** Indexes that were asked for, by name. */
  readonly indexes: Map<string, AlertIndex>;
  /** Those of the alerts before, and what became different since. */
  readonly earlier: {
    readonly indexes: ReadonlyMap<string, AlertIndex>;
    readonly gone: ReadonlySet<Alert>;
    readonly added: readonly Alert[];
  } | null;
}

const empty: Contents = {
  alerts: [],
  byFingerprint: new Map(),
  silencesById: new Map(),
  indexes: new Map(),
  earlier: null,
};

/**
 * All alerts and silences of all clusters at one moment. It does not change: what is different later is a snapshot of its
 * own, which shares with this one what is the same, indexes too.
 */
export class AlertSnapshot {
  #silences: readonly HeldSilence[] | null = null;

  /** @param revision grows with each snapshot, on this server */
  private constructor(
    readonly revision: number,
    readonly knows: Knowledge,
    private readonly contents: Contents,
  ) {}

  /** The one before anything was heard. */
  static readonly nothing = new AlertSnapshot(0, { alerts: false, silences: false }, empty);

  /** All alerts, merged by fingerprint over the clusters, the newest first. */
  get alerts(): readonly Alert[] {
    return this.contents.alerts;
  }

  get silences(): readonly HeldSilence[] {
    this.#silences ??= [...this.contents.silencesById.values()];
    return this.#silences;
  }

  /** The alert with this fingerprint. */
  alert(fingerprint: string): Alert | undefined {
    return this.contents.byFingerprint.get(fingerprint);
  }

  /** The silence with this id, as Alertmanager has it. */
  silence(id: string): HeldSilence | undefined {
    return this.contents.silencesById.get(id);
  }

  /** The alerts whose label `project` has this value, the newest first. */
  alertsOfProject(projectName: string): readonly Alert[] {
    return this.#index("project", projectOf).get(projectName);
  }

  /** The names of projects that have alerts. */
  get projectNames(): readonly string[] {
    return [...this.#index("project", projectOf).keys].filter((name) => name !== "");
  }

  /** The alerts that say they come of this rule, the newest first. */
  alertsOfRule(ruleId: string): readonly Alert[] {
    return this.#index("rule", ruleOf).get(ruleId);
  }

  /** The alerts by their value of a label, the newest first; those without the label are in none. */
  byLabel(name: string): AlertIndex {
    if (name === "project") return this.#index("project", projectOf);
    return this.#index(`label ${name}`, ({ labels }) => presentOnly(labelValue(labels, name)));
  }

  /** The snapshot after these changes. */
  with({ alerts: changes, silences }: LiveChanges, knows: Knowledge): AlertSnapshot {
    const { alerts, byFingerprint, silencesById, indexes } = this.contents;
    const gone = new Set(changes.flatMap(({ before }) => before ?? []));
    const added = changes.flatMap(({ after }) => after ?? []);
    const contents: Contents =
      changes.length === 0
        ? { ...this.contents, silencesById: changedSilences(silencesById, silences) }
        : {
            alerts: patched(alerts, gone, added),
            byFingerprint: changedAlerts(byFingerprint, changes),
            silencesById: changedSilences(silencesById, silences),
            indexes: new Map(),
            earlier: { indexes, gone, added },
          };
    return new AlertSnapshot(this.revision + 1, knows, contents);
  }

  #index(name: string, keysOf: (alert: Alert) => readonly string[]): AlertIndex {
    const { indexes, alerts, earlier } = this.contents;
    const known = indexes.get(name);
    if (known !== undefined) return known;
    const changed = earlier?.indexes.get(name)?.with(earlier.gone, earlier.added);
    const made = changed ?? AlertIndex.of(alerts, keysOf);
    const [oldest] = indexes.keys();
    if (indexes.size >= mostIndexes && oldest !== undefined) indexes.delete(oldest);
    indexes.set(name, made);
    return made;
  }
}

/** Callers name the labels. */
const mostIndexes = 30;

const projectOf = ({ projectName }: Alert) => [projectName];
const ruleOf = ({ ruleId }: Alert) => presentOnly(ruleId ?? "");

function presentOnly(value: string): readonly string[] {
  return value === "" ? [] : [value];
}

function changedAlerts(
  alerts: ReadonlyMap<string, Alert>,
  changes: readonly AlertChange[],
): ReadonlyMap<string, Alert> {
  const changed = new Map(alerts);
  for (const { before, after } of changes) {
    if (after !== null) changed.set(after.fingerprint, after);
    else if (before !== null) changed.delete(before.fingerprint);
  }
  return changed;
}

function changedSilences(
  silences: ReadonlyMap<string, HeldSilence>,
  changes: readonly SilenceChange[],
): ReadonlyMap<string, HeldSilence> {
  if (changes.length === 0) return silences;
  const changed = new Map(silences);
  for (const { before, after } of changes) {
    if (after !== null) changed.set(after.silence.id, after);
    else if (before !== null) changed.delete(before.silence.id);
  }
  return changed;
}
