import type { ContactConfig, ProjectConfig, ScrapeJobConfig } from "../fetch/project-config.js";
import { hostOfAuthority, hostOfUrl } from "../render/host-of-url.js";
import type { EgressUse } from "./policy.js";

/** A host that a project's config names, and what for. */
export interface NamedHost {
  readonly use: EgressUse;
  readonly host: string;
}

/** All hosts that would be scraped, probed or told of alerts; what is no host is not among them. */
export function hostsOf(project: ProjectConfig): readonly NamedHost[] {
  const targets = project.scrapeJobs.filter(({ enabled }) => enabled).flatMap(targetHosts);
  const contacts = project.contactGroups.flatMap((group) => group.contacts.flatMap((one) => contactHost(one) ?? []));
  return [
    ...targets.map((host) => ({ use: "TARGETS" as const, host })),
    ...contacts.map((host) => ({ use: "CONTACTS" as const, host })),
  ];
}

/** The host that a probe names beside its targets; undefined when there is none. */
export function headerHost({ probe }: ScrapeJobConfig): string | undefined {
  return probe?.__typename === "HttpProbe" && probe.hostHeader !== null ? hostOfAuthority(probe.hostHeader) : undefined;
}

/** The host that a contact's alerts are sent to; undefined where that is the operators' own relay. */
export function contactHost({ type, value, secret }: ContactConfig): string | undefined {
  if (type === "WEBHOOK") return hostOfUrl(value);
  return type === "SLACK" && secret !== null ? hostOfUrl(secret) : undefined;
}

function targetHosts(job: ScrapeJobConfig): readonly string[] {
  return [...job.staticTargets.map(({ host }) => host), ...[headerHost(job) ?? []].flat()];
}
