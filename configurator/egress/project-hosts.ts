import type { ContactConfig, ProjectConfig, ScrapeJobConfig, StaticTargetConfig } from "../fetch/project-config.js";
import { hostOfAuthority, hostOfUrl, portOfUrl } from "../render/host-of-url.js";
import type { EgressUse } from "./policy.js";

/** A host that a project's config names, and what for. */
export interface NamedHost {
  readonly use: EgressUse;
  readonly host: string;
  /** Where it is connected to; undefined where it is not. */
  readonly port?: number | undefined;
}

/** All hosts that would be scraped, probed or told of alerts; what is no host is not among them. */
export function hostsOf(project: ProjectConfig): readonly NamedHost[] {
  const targets = project.scrapeJobs.filter(({ enabled }) => enabled).flatMap(targetHosts);
  const contacts = project.contactGroups.flatMap((group) => group.contacts.flatMap((one) => contactHost(one) ?? []));
  return [...targets, ...contacts];
}

/** The host that a probe names beside its targets; undefined when there is none. */
export function headerHost({ probe }: ScrapeJobConfig): NamedHost | undefined {
  const header = probe?.__typename === "HttpProbe" ? probe.hostHeader : null;
  const host = header === null ? undefined : hostOfAuthority(header);
  return host === undefined ? undefined : { use: "TARGETS", host };
}

/** What a job's target is scraped or probed at. */
export function targetHost(job: ScrapeJobConfig, { host, port }: StaticTargetConfig): NamedHost {
  return { use: "TARGETS", host, port: port ?? usualPort(job) };
}

/** The host that a contact's alerts are sent to; undefined where that is the operators' own relay. */
export function contactHost({ type, value, secret }: ContactConfig): NamedHost | undefined {
  const url = type === "WEBHOOK" ? value : type === "SLACK" ? secret : null;
  const host = url === null ? undefined : hostOfUrl(url);
  return url === null || host === undefined ? undefined : { use: "CONTACTS", host, port: portOfUrl(url) };
}

function targetHosts(job: ScrapeJobConfig): readonly NamedHost[] {
  return [...job.staticTargets.map((target) => targetHost(job, target)), ...[headerHost(job) ?? []].flat()];
}

function usualPort({ probe, scheme }: ScrapeJobConfig): number | undefined {
  if (probe?.__typename === "DnsProbe") return 53;
  return probe?.__typename === "HttpProbe" ? (scheme === "HTTPS" ? 443 : 80) : undefined;
}
