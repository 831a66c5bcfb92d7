import { comparePositions } from "../core/page.js";
import type { Alert } from "./alert.js";
import { AlertCounts } from "./alert-counts.js";
import type { AlertGroup } from "./alert-group.js";
import { type AlertGroupOrder, orderedGroups } from "./alert-group-order.js";
import { type Grouping, groupAlerts } from "./alert-grouping.js";
import { AlertOrder } from "./alert-input.js";
import { AlertLabelName, type AlertLabelValue } from "./alert-label.js";
import { type AlertOrderName, positionIn } from "./alert-order.js";

/**
 * Alerts that answer one question, and what was made of them: counts, orders, groups. It is kept for who asks the same
 * while the alerts are the same.
 */
export class AlertSelection {
  readonly #orders = new Map<AlertOrderName, readonly Alert[]>();
  readonly #groups = new Map<string, readonly AlertGroup[]>();
  readonly #values = new Map<string, readonly AlertLabelValue[]>();
  #names: readonly AlertLabelName[] | null = null;
  #counts: AlertCounts | null = null;

  /**
   * @param alerts the newest first
   * @param revision names what was known when they were selected
   */
  constructor(
    readonly alerts: readonly Alert[],
    readonly revision: string,
  ) {}

  get counts(): AlertCounts {
    this.#counts ??= new AlertCounts(this.alerts);
    return this.#counts;
  }

  /** All of them in this order. */
  inOrder(order: AlertOrderName): readonly Alert[] {
    if (order === "STARTS_AT_DESC") return this.alerts;
    return madeOnce(this.#orders, order, () => {
      const positionOf = positionIn(order);
      const sign = AlertOrder[order].direction === "ASC" ? 1 : -1;
      return [...this.alerts].sort((a, b) => sign * comparePositions(positionOf(a), positionOf(b)));
    });
  }

  /** Their groups, in order. */
  groupsBy(grouping: Grouping, order: AlertGroupOrder): readonly AlertGroup[] {
    const groups = madeOnce(this.#groups, grouping.key, () => groupAlerts(this, grouping));
    return madeOnce(this.#groups, `${order} ${grouping.key}`, () => orderedGroups(groups, order));
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
    return madeOnce(this.#values, name, () => {
      const values = this.alerts.map(({ labels }) => (Object.hasOwn(labels, name) ? [labels[name] ?? ""] : []));
      return byFrequency(values).map(([value, count]) => ({ value, count }));
    });
  }
}

function byFrequency(texts: readonly (readonly string[])[]): readonly (readonly [text: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const list of texts) for (const text of list) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1));
}

function madeOnce<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const made = known.get(key);
  if (made !== undefined) return made;
  const value = make();
  known.set(key, value);
  return value;
}
