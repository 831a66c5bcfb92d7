const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Series that Prometheus writes itself: recorded under such a name, a rule's result would pass for Prometheus's own. */
const OWN_SERIES: ReadonlySet<string> = new Set(["up", "ALERTS", "ALERTS_FOR_STATE"]);
const OWN_PREFIX = "scrape_";

/** Says why a recording rule may not record under `name`, and what to do; undefined when it may. */
export function checkRecordName(name: string): string | undefined {
  if (!METRIC_NAME.test(name)) {
    return `"${name}" is not a metric name: use letters, digits, _ and :, and begin with no digit.`;
  }
  if (OWN_SERIES.has(name) || name.startsWith(OWN_PREFIX)) {
    return `"${name}" is a series of Prometheus itself; choose another name, such as job:requests:rate5m.`;
  }
  return undefined;
}
