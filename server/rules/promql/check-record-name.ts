import { checkMetricName } from "../../core/names.js";

/** Series that Prometheus writes itself: recorded under such a name, a rule's result would pass for Prometheus's own. */
const ownSeries: ReadonlySet<string> = new Set(["up", "ALERTS", "ALERTS_FOR_STATE"]);
const ownPrefix = "scrape_";

/** Says to the operators' rules which projects override them. */
const overriddenSeries = "metricsinfra_overridden";

/** Says why a recording rule may not record under `name`, or null. */
export function checkRecordName(name: string): string | null {
  const problem = checkMetricName(name);
  if (problem !== null) return problem;
  if (name === overriddenSeries) return `"${name}" is kept for what projects override; choose another name.`;
  if (!ownSeries.has(name) && !name.startsWith(ownPrefix)) return null;
  return `"${name}" is a series of Prometheus itself; choose another name, such as job:requests:rate5m.`;
}
