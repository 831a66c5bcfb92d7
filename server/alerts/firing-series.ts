import type { RangeSeries } from "../clients/prometheus-client.js";
import type { Labels } from "../core/labels.js";
import { ownLabels } from "./firing-query.js";

/** The series of one alert; one that fired all the time has not begun to. */
export interface FoundSeries {
  readonly minutes: RangeSeries;
  readonly beginnings: RangeSeries | undefined;
}

/**
 * The series `ALERTS` of one Prometheus, to be found by the labels that an alert has in Alertmanager. There it may have
 * more, since Prometheus adds its external labels only when it sends an alert; Thanos has them on the series too. So of the
 * alert's labels the external ones may be missing, and no other; a series with a label that the alert lacks is another's.
 */
export class FiringSeries {
  readonly #minutes: ReadonlyMap<string, RangeSeries>;
  readonly #beginnings: ReadonlyMap<string, RangeSeries>;
  readonly #names: ReadonlySet<string>;

  /** @param minutes in how many minutes each fired, hour by hour @param beginnings in how many it began to */
  constructor(minutes: readonly RangeSeries[], beginnings: readonly RangeSeries[]) {
    this.#minutes = byLabels(minutes);
    this.#beginnings = byLabels(beginnings);
    this.#names = new Set(minutes.flatMap(({ labels }) => Object.keys(labels)));
  }

  /** @param external names of the labels that Prometheus adds */
  find(alert: Labels, external: ReadonlySet<string>): FoundSeries | undefined {
    const withExternal = keyOf(alert, (name) => this.#names.has(name) || !external.has(name));
    const key = this.#minutes.has(withExternal) ? withExternal : keyOf(alert, (name) => !external.has(name));
    const minutes = this.#minutes.get(key);
    return minutes && { minutes, beginnings: this.#beginnings.get(key) };
  }
}

function byLabels(list: readonly RangeSeries[]): ReadonlyMap<string, RangeSeries> {
  return new Map(list.map((series) => [keyOf(series.labels), series]));
}

/** The labels, or those of them that `counts` is for, in one text. */
function keyOf(labels: Labels, counts: (name: string) => boolean = () => true): string {
  const entries = Object.entries(labels).filter(([name]) => !ownLabels.has(name) && counts(name));
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
