import type { ProjectConfig, ScrapeJobConfig } from "../fetch/project-config.js";
import { type Counts, countsOf } from "./removal.js";

/**
 * How much the server's answer gives a project, whether or not it can be rendered here now: a secret that cannot be read, or
 * a host that may not be reached, deletes nothing. What is switched off counts as gone, for nothing of it stays here.
 */
export function answerCounts({ scrapeJobs, rules, contactGroups }: ProjectConfig): Counts {
  const jobs = scrapeJobs.filter(({ enabled }) => enabled);
  const counts: Partial<Record<keyof Counts, number>> = {
    PROJECT: 1,
    TARGET: jobs.reduce((sum, { staticTargets }) => sum + staticTargets.length, 0),
    RULE: rules.filter(({ enabled }) => enabled).length,
    CONTACT_GROUP: contactGroups.length,
    SCRAPE_CONFIG: jobs.filter(hasScrapeConfig).length,
  };
  return countsOf((kind) => counts[kind] ?? 0);
}

function hasScrapeConfig({ credentials, openstackDiscovery, probe }: ScrapeJobConfig): boolean {
  return probe === null && (credentials !== null || openstackDiscovery !== null);
}
