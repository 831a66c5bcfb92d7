import { checkHost, checkPort } from "../core/address.js";
import { checkDuration, compareDurations } from "../core/duration.js";
import { checkMetricsPath } from "../core/http-field.js";
import { checkParams, checkTargetLabels } from "../core/labels.js";
import { checkName } from "../core/names.js";
import type { UserError, UserErrors } from "../graph/user-error.js";
import { checkPattern, checkProbe } from "./check-probe.js";
import type { ScrapeJob } from "./scrape-job.js";
import type { StaticTarget } from "./static-target.js";

const mostTargets = 1_000;

/** The mistake to tell when a name is taken. */
export const scrapeJobTaken: UserError = {
  code: "TAKEN",
  message: "The project has a scrape job with this name already.",
  path: ["input", "name"],
};

/** Adds all that is wrong with a scrape job to `errors`; whether its name is taken is not looked at. */
export function checkScrapeJob(job: ScrapeJob, errors: UserErrors): void {
  errors.check(checkName(job.name), ["input", "name"]);
  errors.check(checkMetricsPath(job.metricsPath), ["input", "metricsPath"]);
  errors.checkEntries(checkParams(job.params), ["input", "params"]);
  checkTiming(job, errors);
  checkTargets(job, errors);
  if (job.openstackDiscovery !== null) {
    const { port, nameRegex } = job.openstackDiscovery;
    errors.check(checkPort(port), ["input", "openstackDiscovery", "port"]);
    errors.check(checkPattern(nameRegex), ["input", "openstackDiscovery", "nameRegex"]);
  }
  if (job.probe === null) return;
  checkProbe(job.probe, errors);
  if (Object.keys(job.params).length > 0) {
    errors.add("INVALID", "A probe takes no params: they would be the blackbox exporter's.", ["input", "params"]);
  }
}

function checkTiming({ scrapeInterval, scrapeTimeout }: ScrapeJob, errors: UserErrors): void {
  const interval = scrapeInterval === null ? null : checkDuration(scrapeInterval, { least: "1s", most: "1d" });
  const timeout = scrapeTimeout === null ? null : checkDuration(scrapeTimeout, { least: "1ms", most: "1d" });
  errors.check(interval, ["input", "scrapeInterval"]);
  errors.check(timeout, ["input", "scrapeTimeout"]);
  if (scrapeInterval === null || scrapeTimeout === null || interval !== null || timeout !== null) return;
  if (compareDurations(scrapeTimeout, scrapeInterval) > 0) {
    errors.add("INVALID", "The timeout must not be longer than the interval.", ["input", "scrapeTimeout"]);
  }
}

function checkTargets({ staticTargets, probe }: ScrapeJob, errors: UserErrors): void {
  if (staticTargets.length > mostTargets) {
    errors.add("LIMIT", `A scrape job has at most ${mostTargets} static targets.`, ["input", "staticTargets"]);
    return;
  }
  const seen = new Set<string>();
  for (const [index, target] of staticTargets.entries()) {
    const path = ["input", "staticTargets", String(index)];
    const { host, labels } = target;
    const address = JSON.stringify([host, target.port]);
    errors.check(checkHost(host), [...path, "host"]);
    errors.check(checkTargetPort(target, probe?.kind === "ICMP"), [...path, "port"]);
    errors.checkEntries(checkTargetLabels(labels), [...path, "labels"]);
    if (seen.has(address)) errors.add("INVALID", "This target is given twice.", path);
    seen.add(address);
  }
}

function checkTargetPort({ port }: StaticTarget, isPing: boolean): string | null {
  if (isPing) return port === null ? null : "An ICMP probe takes no port.";
  return port === null ? "A target needs a port, unless it is for an ICMP probe." : checkPort(port);
}
