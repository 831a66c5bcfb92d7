import type { Matching } from "../core/matching.js";
import type { AcknowledgedAlerts } from "./acknowledged-alerts.js";
import type { Alert } from "./alert.js";
import { compileAlertFilter, isOfTime } from "./alert-filter.js";
import { newestFirst } from "./alert-index.js";
import type { AlertFilter } from "./alert-input.js";
import { AlertSelection } from "./alert-selection.js";
import type { AlertSnapshot } from "./alert-snapshot.js";
import type { LabelTest } from "./label-tests.js";

/** The alerts that a question is about, before its filter. */
export interface AlertScope {
  /** Differs where scopes differ; null for one that is not asked about again. */
  readonly key: string | null;
  /** The newest first. */
  readonly alerts: (snapshot: AlertSnapshot) => readonly Alert[];
  readonly holds: (alert: Alert) => boolean;
}

/** A list that is shorter is gone through, without an index. */
const shortList = 500;
/** What is kept of one snapshot, with all that was made of it: as much as so many references to alerts, 8 bytes each. */
const mostKept = 4_000_000;
/** Of the conditions that an index can answer, so many are asked for their lists: to make an index takes a walk through all alerts. */
const mostLists = 3;

interface Kept {
  readonly snapshot: AlertSnapshot;
  readonly acknowledgements: number;
  readonly selections: Map<string, AlertSelection>;
  size: number;
}

/**
 * Finds the alerts that a question is about. All day the same few questions are asked of a snapshot that seldom changes, so
 * their answers are kept as long as it does not: asking again costs what is answered, not what there is.
 */
export class AlertSelector {
  #kept: Kept | null = null;

  /** @param server differs between servers, and between two runs of one */
  constructor(
    private readonly server: string,
    private readonly acknowledgements: AcknowledgedAlerts,
    private readonly now: () => Date,
  ) {}

  /** Comparing is counted by `matching`; what is kept already costs nothing. Throws `BadUserInputError`. */
  select(snapshot: AlertSnapshot, scope: AlertScope, filter: AlertFilter, matching: Matching): AlertSelection {
    const made = (onGrow?: (selection: AlertSelection, by: number) => void) => {
      const revision = this.#revisionOf(snapshot, filter);
      return new AlertSelection(this.#found(snapshot, scope, filter, matching), revision, onGrow);
    };
    if (scope.key === null || isOfTime(filter)) return made();
    const kept = this.#keptOf(snapshot);
    const key = `${scope.key}\n${JSON.stringify(filter)}`;
    const known = kept.selections.get(key);
    if (known !== undefined) return known;
    const selection = made((grown, by) => {
      if (kept.selections.get(key) === grown) makeRoom(kept, by);
    });
    kept.selections.set(key, selection);
    makeRoom(kept, selection.size + key.length);
    return selection;
  }

  /** Names what is known: the same where that is certainly the same. */
  revisionOf({ revision }: Pick<AlertSnapshot, "revision">): string {
    return `${this.server}.${revision}.${this.acknowledgements.revision}`;
  }

  #revisionOf(snapshot: AlertSnapshot, filter: AlertFilter): string {
    const time = isOfTime(filter) ? `.${this.now().getTime()}` : "";
    return `${this.revisionOf(snapshot)}${time}`;
  }

  #found(snapshot: AlertSnapshot, scope: AlertScope, filter: AlertFilter, matching: Matching): readonly Alert[] {
    const { acknowledgements } = this;
    const context = { matching, nowMs: this.now().getTime(), snapshot, acknowledgements };
    const { accepts, labelTests } = compileAlertFilter(filter, context);
    const all = scope.alerts(snapshot);
    // Indexes are of all alerts: to who sees only some, what comparing costs would tell which values the others have.
    const isWhole = all === snapshot.alerts && all.length > shortList;
    const narrowed = isWhole ? narrowedBy(labelTests, snapshot) : null;
    return (narrowed !== null && narrowed.length < all.length ? narrowed : all).filter(accepts);
  }

  #keptOf(snapshot: AlertSnapshot): Kept {
    const acknowledgements = this.acknowledgements.revision;
    if (this.#kept?.snapshot !== snapshot || this.#kept.acknowledgements !== acknowledgements) {
      this.#kept = { snapshot, acknowledgements, selections: new Map(), size: 0 };
    }
    return this.#kept;
  }
}

/** Takes note of what is kept besides, and lets go of the oldest where that is too much. */
function makeRoom(kept: Kept, by: number): void {
  kept.size += by;
  for (const [key, { size }] of kept.selections) {
    if (kept.size <= mostKept) break;
    kept.selections.delete(key);
    kept.size -= size + key.length;
  }
}

/** The shortest list that an index gives for one of these, the newest first; null when none gives one. */
function narrowedBy(tests: readonly LabelTest[], snapshot: AlertSnapshot): readonly Alert[] | null {
  const usable = tests.filter(({ accepts }) => !accepts(""));
  const exact = usable.filter(({ values }) => values !== null);
  // A pattern is asked about each value that there is, which is worth it where nothing else helps.
  const asked = exact.length > 0 ? exact.slice(0, mostLists) : usable.slice(0, 1);
  const candidates = asked.map((test) => listsOf(test, snapshot));
  const lengths = candidates.map((lists) => lists.reduce((sum, list) => sum + list.length, 0));
  const shortest = candidates[lengths.indexOf(Math.min(...lengths))];
  if (shortest === undefined) return null;
  const [only, ...others] = shortest;
  return others.length === 0 ? (only ?? []) : shortest.flat().sort(newestFirst);
}

function listsOf({ label, values, accepts }: LabelTest, snapshot: AlertSnapshot): readonly (readonly Alert[])[] {
  const index = snapshot.byLabel(label);
  const wanted = new Set(values ?? [...index.keys].filter(accepts));
  return [...wanted].map((value) => index.get(value)).filter((list) => list.length > 0);
}
