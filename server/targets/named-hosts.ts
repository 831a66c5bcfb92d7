import { hostOfAuthority } from "../core/address.js";
import type { NamedHost } from "../egress/egress-service.js";
import type { ScrapeJob } from "./scrape-job.js";

/**
 * The hosts that a job names and did not name before, where they stand in the input. Those that it named before were judged
 * then, and are judged by the agents all the time: a change of something else must not fail for them.
 */
export function newHosts(before: ScrapeJob | null, after: ScrapeJob): readonly NamedHost[] {
  const known = new Set(before === null ? [] : hostsOf(before).map(({ host }) => host));
  return hostsOf(after).filter(({ host }) => !known.has(host));
}

function hostsOf({ staticTargets, probe }: ScrapeJob): readonly NamedHost[] {
  const targets = staticTargets.map(({ host }, index) => ({
    host,
    path: ["input", "staticTargets", String(index), "host"],
  }));
  if (probe?.kind !== "HTTP" || probe.hostHeader === null) return targets;
  // Who answers for several hosts, as a proxy does, is led to one of them by this header.
  const host = hostOfAuthority(probe.hostHeader);
  return host === null ? targets : [...targets, { host, path: ["input", "probe", "http", "hostHeader"] }];
}
