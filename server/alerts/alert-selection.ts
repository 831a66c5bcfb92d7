import type { Matching } from "../core/matching.js";
import { comparePositions } from "../core/page.js";
import type { Alert } from "./alert.js";
import { AlertCounts } from "./alert-counts.js";
import type { AlertGroup } from "./alert-group.js";
import { type AlertGroupOrder, orderedGroups } from "./alert-group-order.js";
import { type Grouping, groupAlerts } from "./alert-grouping.js";
import { AlertOrder } from "./alert-input.js";
import { AlertLabelName, type AlertLabelValue } from "./alert-label.js";
import { type AlertOrderName, positionIn } from "./alert-order.js";

/** What a group takes to be made and put in order, in steps of matching; callers can ask for as many as there are alerts. */
const stepsPerGroup = 400;
/** What it takes in memory, in references to alerts. */
const sizeOfGroup = 40;
const sizeOfValue = 10;

/**
 * Alerts that answer one question, and what was made of them: counts, orders, groups. It is kept for who asks the same
 * while the alerts are the same.
 */
export class AlertSelection {
  readonly #orders = new Map<string, readonly Alert[]>();
  readonly #groups = new Map<string, readonly AlertGroup[]>();
  readonly #values = new Map<string, readonly AlertLabelValue[]>();
  #names: readonly AlertLabelName[] | null = null;
  #counts: AlertCounts | null = null;
  #size: number;

  /**
   * @param alerts the newest first
   * @param revision names what was known when they were selected
   * @param onGrow told when more was made of them, by how much its size grew
   */
  constructor(
    readonly alerts: readonly Alert[],
    readonly revision: string,
    private readonly onGrow: (selection: AlertSelection, by: number) => void = () => {},
  ) {
    // An empty one takes some memory too.
    this.#size = alerts.length + 100;
  }

  /** What it takes in memory, with all that was made of it, in references to alerts. */
  get size(): number {
    return this.#size;
  }

  get counts(): AlertCounts {
    this.#counts ??= new AlertCounts(this.alerts);
    return this.#counts;
  }

  /** All of them in this order. */
  inOrder(order: AlertOrderName): readonly Alert[] {
    if (order === "STARTS_AT_DESC") return this.alerts;
    return this.#madeOnce(this.#orders, order, sizeOfList, () => {
      const positionOf = positionIn(order);
      const sign = AlertOrder[order].direction === "ASC" ? 1 : -1;
      return [...this.alerts].sort((a, b) => sign * comparePositions(positionOf(a), positionOf(b)));
    });
  }

  /** Their groups, in order; to make them is counted by `matching`. */
  groupsBy(grouping: Grouping, order: AlertGroupOrder, matching: Matching): readonly AlertGroup[] {
    const groups = this.#madeOnce(this.#groups, grouping.key, sizeOfGroups, () => {
      matching.spend(this.alerts.length);
      return groupAlerts(this, grouping);
    });
    return this.#madeOnce(this.#groups, `${order} ${grouping.key}`, sizeOfList, () => {
      matching.spend(groups.length * stepsPerGroup);
      return orderedGroups(groups, order);
    });
  }

  /** The labels that they have, the most frequent first. */
  get labelNames(): readonly AlertLabelName[] {
    this.#names ??= byFrequency(this.alerts.map(({ labels }) => Object.keys(labels))).map(
      ([name, count]) => new AlertLabelName(name, count, () => this.valuesOf(name)),
    );
    return this.#names;
  }

  /** The values of a label, the most frequent first. */
  valuesOf(name: string): readonly AlertLabelValue[] {
    return this.#madeOnce(this.#values, name, sizeOfValues, () => {
      const values = this.alerts.map(({ labels }) => (Object.hasOwn(labels, name) ? [labels[name] ?? ""] : []));
      return byFrequency(values).map(([value, count]) => ({ value, count }));
    });
  }

  #madeOnce<T>(known: Map<string, T>, key: string, sizeOf: (made: T) => number, make: () => T): T {
    const made = known.get(key);
    if (made !== undefined) return made;
    const value = make();
    known.set(key, value);
    // Callers choose the keys.
    const more = sizeOf(value) + key.length + sizeOfValue;
    this.#size += more;
    this.onGrow(this, more);
    return value;
  }
}

function byFrequency(texts: readonly (readonly string[])[]): readonly (readonly [text: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const list of texts) for (const text of list) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1));
}

const sizeOfList = (list: readonly unknown[]) => list.length;
const sizeOfValues = (values: readonly unknown[]) => values.length * sizeOfValue;
const sizeOfGroups = (groups: readonly AlertGroup[]) =>
  groups.reduce((sum, { alerts }) => sum + sizeOfGroup + alerts.length, 0);
