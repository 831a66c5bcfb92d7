import type { Description } from "../audit/change.js";
import type { ScrapeJob } from "./scrape-job.js";

/**
 * How a scrape job shows in the change log and in diffs. A secret shows as its reference, so that a new one shows as a
 * change; one of those that are not written, in a dry run, as new, because its reference leads nowhere.
 */
export function describeScrapeJob(job: ScrapeJob, unwritten: ReadonlyMap<string, string> = none): Description {
  const { name, enabled, scheme, metricsPath, params, scrapeInterval, scrapeTimeout } = job;
  const { staticTargets, openstackDiscovery, probe } = job;
  const timing = { scrapeInterval, scrapeTimeout };
  const { kind, username = null, secretId = "" } = job.credentials ?? {};
  const secret = unwritten.has(secretId) ? "(new secret)" : secretId;
  const credentials = kind === undefined ? null : { kind, username, secret };
  const targets = { staticTargets, openstackDiscovery, probe, credentials };
  return { name, enabled, scheme, metricsPath, params, ...timing, ...targets };
}

const none: ReadonlyMap<string, string> = new Map();
