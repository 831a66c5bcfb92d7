import type { EgressGate } from "../egress/egress-gate.js";
import { headerHost } from "../egress/project-hosts.js";
import type { ProbeConfig, ProjectConfig, ScrapeJobConfig, StaticTargetConfig } from "../fetch/project-config.js";
import { address } from "./address.js";
import {
  credentialsProblem,
  type RenderedCredentials,
  renderCredentials,
  type SecretFiles,
  unreadableSecret,
} from "./job-credentials.js";
import { nameTag } from "./name-tag.js";
import { isPartName } from "./names.js";
import { byName } from "./order.js";
import type { Problem } from "./problem.js";
import { pathProblem, textProblem } from "./text-problem.js";
import type { YamlValue } from "./yaml-text.js";

/** Blackbox modules by name. */
export type ProbeModules = Readonly<Record<string, YamlValue>>;

/** A page that never ends must not fill the exporter's memory. */
const bodySizeLimit = "10MB";

const knownProbes: readonly string[] = ["HttpProbe", "TcpProbe", "IcmpProbe", "DnsProbe"];

/** Says why a job's probe is not carried out, or undefined; a newer server may have kinds that nobody here has heard of. */
export function probeProblem(project: ProjectConfig, job: ScrapeJobConfig, gate: EgressGate): string | undefined {
  const { probe } = job;
  if (probe === null) return undefined;
  if (!knownProbes.includes(probe.__typename)) return "its probe is of a kind that this agent does not know";
  const text = textProblem(textsOf(probe));
  if (text !== undefined) return `its probe ${text}`;
  if (probe.__typename !== "HttpProbe") return undefined;
  const path = pathProblem(probe.path);
  if (path !== undefined) return `its probe's path ${path}`;
  if (probe.hostHeader === null) return undefined;
  const host = headerHost(job);
  if (host === undefined) return "its Host header is not a host";
  const refusal = gate.refusal(project.name, host);
  return refusal && `of its Host header, ${refusal}`;
}

/** Whether a job's probe is meant to follow redirects. */
export function wantsRedirects({ probe }: ScrapeJobConfig): boolean {
  return probe?.__typename === "HttpProbe" && probe.followRedirects;
}

/** What probes are rendered with. */
export interface ProbeOptions extends SecretFiles {
  readonly gate: EgressGate;
}

/** A job's module, and what it says who it is with. */
export interface RenderedProbe {
  /** No job or project has a name with a slash, so no two collide. */
  readonly name: string;
  readonly module: YamlValue;
  readonly credentials: RenderedCredentials | undefined;
}

/**
 * A job's module; undefined where it has none, or its secret cannot be read. One with credentials has another name whenever
 * it is another module: Prometheus's targets name modules, and learn of a change at another time than the exporter does.
 */
export function renderProbe(
  project: ProjectConfig,
  job: ScrapeJobConfig,
  { gate, ...secretFiles }: ProbeOptions,
): RenderedProbe | undefined {
  if (job.probe === null || unreadableSecret(job) !== undefined) return undefined;
  const credentials = renderCredentials(project, job, secretFiles);
  // With credentials never: they would be sent along, to wherever a redirect leads.
  const follows = wantsRedirects(job) && gate.probeRedirects && credentials === undefined;
  const module = probeModule(job.probe, follows, credentials?.config);
  const name = `${project.name}/${job.name}`;
  if (credentials === undefined) return { name, module, credentials };
  return {
    name: `${name}/${nameTag(secretFiles.namingKey, [job.id, module, credentials.secret])}`,
    module,
    credentials,
  };
}

/** A project's modules, absent when it has no probe, and the secrets that go to files of their own, by file name. */
export interface RenderedModules {
  readonly modules?: ProbeModules;
  readonly secrets: ReadonlyMap<string, string>;
  /** Whether a secret could not be read, so that a machine that has modules of the project keeps them as they are. */
  readonly isIncomplete: boolean;
  readonly problems: readonly Problem[];
}

/** The modules that one project's probes need. */
export function renderProbeModules(project: ProjectConfig, options: ProbeOptions): RenderedModules {
  const modules: Record<string, YamlValue> = {};
  const secrets = new Map<string, string>();
  const problems: Problem[] = [];
  for (const job of project.scrapeJobs.toSorted(byName)) {
    if (!job.enabled || job.probe === null || !isPartName(job.name)) continue;
    if ((probeProblem(project, job, options.gate) ?? credentialsProblem(job, options.gate)) !== undefined) continue;
    const unreadable = unreadableSecret(job);
    if (unreadable !== undefined) {
      const kept = "Meanwhile the machine keeps the probes that it had of this project, if any.";
      problems.push({ project: project.id, message: `The probe of "${job.name}" is lacking: ${unreadable} ${kept}` });
      continue;
    }
    const probe = renderProbe(project, job, options);
    if (probe === undefined) continue;
    if (probe.credentials !== undefined) secrets.set(probe.credentials.file, probe.credentials.secret);
    modules[probe.name] = probe.module;
  }
  const rest = { secrets, isIncomplete: problems.length > 0, problems };
  return Object.keys(modules).length === 0 ? rest : { modules, ...rest };
}

/** What the exporter is asked to probe: a URL for HTTP, an address for the others. */
export function probeTarget(job: ScrapeJobConfig, target: StaticTargetConfig): string {
  switch (job.probe?.__typename) {
    case "HttpProbe":
      return `${job.scheme.toLowerCase()}://${address(target)}${job.probe.path}`;
    case "IcmpProbe":
      return target.host;
    case "DnsProbe":
      return target.port === null ? target.host : address(target);
    default:
      return address(target);
  }
}

/** All texts of a probe that reach a header, a URL or a pattern. */
function textsOf(probe: ProbeConfig): readonly string[] {
  switch (probe.__typename) {
    case "HttpProbe": {
      const { path, hostHeader, headers, bodyMatches, bodyNotMatches } = probe;
      return [path, hostHeader ?? "", ...Object.entries(headers).flat(), bodyMatches ?? "", bodyNotMatches ?? ""];
    }
    case "DnsProbe":
      return [probe.queryName, probe.answerMatches ?? ""];
    default:
      return [];
  }
}

function probeModule(
  probe: ProbeConfig,
  followsRedirects: boolean,
  credentials: RenderedCredentials["config"] = {},
): YamlValue {
  const ip = ipVersion(probe.ipProtocol);
  switch (probe.__typename) {
    case "HttpProbe": {
      const headers = { ...probe.headers, ...(probe.hostHeader === null ? {} : { Host: probe.hostHeader }) };
      return {
        prober: "http",
        http: {
          method: probe.method,
          headers: Object.keys(headers).length === 0 ? undefined : headers,
          follow_redirects: followsRedirects,
          valid_status_codes: probe.validStatusCodes.length === 0 ? undefined : probe.validStatusCodes,
          fail_if_body_not_matches_regexp: probe.bodyMatches === null ? undefined : [probe.bodyMatches],
          fail_if_body_matches_regexp: probe.bodyNotMatches === null ? undefined : [probe.bodyNotMatches],
          tls_config: probe.verifyTls ? undefined : { insecure_skip_verify: true },
          body_size_limit: bodySizeLimit,
          ...credentials,
          ...ip,
        },
      };
    }
    case "TcpProbe":
      return { prober: "tcp", tcp: { tls: probe.tls ? true : undefined, ...ip } };
    case "IcmpProbe":
      return { prober: "icmp", icmp: { ...ip } };
    case "DnsProbe":
      return {
        prober: "dns",
        dns: {
          query_name: probe.queryName,
          query_type: probe.queryType,
          transport_protocol: probe.transport.toLowerCase(),
          validate_answer_rrs:
            probe.answerMatches === null ? undefined : { fail_if_none_matches_regexp: [probe.answerMatches] },
          ...ip,
        },
      };
  }
}

function ipVersion(protocol: ProbeConfig["ipProtocol"]): { readonly [key: string]: YamlValue } {
  if (protocol === "ANY") return { preferred_ip_protocol: "ip6", ip_protocol_fallback: true };
  return { preferred_ip_protocol: protocol.toLowerCase(), ip_protocol_fallback: false };
}
