import type { EgressGate } from "../egress/egress-gate.js";
import { targetHost } from "../egress/project-hosts.js";
import type { Labels, ProjectConfig, ScrapeJobConfig, StaticTargetConfig } from "../fetch/project-config.js";
import { address } from "./address.js";
import { credentialsProblem } from "./job-credentials.js";
import type { LimitTier } from "./limit-tier.js";
import { isHost, isPartName, refusedLabel } from "./names.js";
import { discoveryProblem, type OpenstackOptions } from "./openstack-jobs.js";
import { byName } from "./order.js";
import { probeProblem, probeTarget, renderProbe, wantsRedirects } from "./probe-module.js";
import type { Problem } from "./problem.js";
import { scrapeTiming } from "./scrape-timing.js";
import { pathProblem, textProblem } from "./text-problem.js";

/** A target file's text, absent when it would hold no target, and what could not be rendered. */
export interface RenderedTargets {
  readonly text?: string;
  /** The jobs that say who they are to their targets: those are not in the file. */
  readonly own: readonly OwnTargets[];
  /** The jobs whose targets Prometheus discovers by itself: those are not in the file either. */
  readonly discovering: readonly ScrapeJobConfig[];
  /** Whether a host is left out because it may not be reached. */
  readonly isOutOfReach: boolean;
  readonly problems: readonly Problem[];
}

/** The targets of one job. */
export interface OwnTargets {
  readonly job: ScrapeJobConfig;
  readonly groups: readonly TargetGroup[];
}

/** The labels that a target's own may not replace. */
const ourLabels = ["project", "job", "instance"];

/** Targets that have all their labels in common. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Labels;
}

/** What a target file depends on beside the project and its tier. */
export interface TargetOptions {
  /** Where the blackbox exporter is, and the secrets that it reads; undefined where there is none. */
  readonly blackbox: { readonly address: string; readonly secretsFolder: string } | undefined;
  readonly namingKey: string;
  readonly gate: EgressGate;
  /** How instances are discovered; undefined where the settings name no OpenStack. */
  readonly openstack?: OpenstackOptions | undefined;
}

/** One project's `file_sd` file. Everything that differs between jobs travels as labels of their target groups. */
export function renderTargetFile(project: ProjectConfig, tier: LimitTier, options: TargetOptions): RenderedTargets {
  const { gate } = options;
  const problems: Problem[] = [];
  const groups: TargetGroup[] = [];
  const own: OwnTargets[] = [];
  const discovering: ScrapeJobConfig[] = [];
  let isOutOfReach = false;
  for (const job of project.scrapeJobs.filter((each) => each.enabled).toSorted(byName)) {
    const report = (message: string) =>
      problems.push({ project: project.id, message: `Scrape job "${job.name}" ${message}.` });
    const refusal = jobProblem(project, job, options);
    if (refusal !== undefined) {
      report(`is left out: ${refusal}`);
      continue;
    }
    const timing = scrapeTiming(job, tier);
    timing.refusals.forEach(report);
    const undiscovered = discoveryProblem(project, job, options.openstack);
    if (undiscovered !== undefined) report(undiscovered);
    else if (job.openstackDiscovery !== null) discovering.push(job);
    if (wantsRedirects(job) && !gate.probeRedirects) report("follows no redirects: the operators do not allow it");
    const common = { ...timing.labels, __metricsinfra_scrape_job: job.id, job: job.name, project: project.name };
    const accepted = job.staticTargets.filter((target) => {
      const refusal = gate.refusal(project.name, targetHost(job, target));
      isOutOfReach ||= refusal !== undefined;
      const problem = targetProblem(target, job) ?? refusal;
      if (problem !== undefined) report(`leaves out the target ${JSON.stringify(target.host)}: ${problem}`);
      return problem === undefined;
    });
    if (job.probe !== null) groups.push(...probeGroups(project, job, accepted, common, options));
    else if (job.credentials !== null) own.push({ job, groups: scrapeGroups(job, accepted, common) });
    else groups.push(...scrapeGroups(job, accepted, common));
  }
  const rest = { own, discovering, isOutOfReach, problems };
  return groups.length === 0 ? rest : { text: fileText(groups), ...rest };
}

/**
 * A project's target file with the probes that it had: for a project whose modules are kept as they are, since targets that
 * they were not made for must not be probed with them.
 */
export function withProbesOf(before: string, text: string | undefined): string | undefined {
  const kept = parseGroups(before).filter(isProbe);
  if (kept.length === 0) return text;
  const others = text === undefined ? [] : parseGroups(text).filter((group) => !isProbe(group));
  return fileText([...others, ...kept]);
}

/** As this program has written them; nobody else writes in that folder. */
function parseGroups(text: string): readonly TargetGroup[] {
  return JSON.parse(text);
}

/** Of a scrape Prometheus itself sets the instance. */
function isProbe({ labels }: TargetGroup): boolean {
  return labels.instance !== undefined;
}

function fileText(groups: readonly TargetGroup[]): string {
  return `${JSON.stringify(groups, null, 2)}\n`;
}

function scrapeGroups(
  job: ScrapeJobConfig,
  targets: readonly StaticTargetConfig[],
  common: Labels,
): readonly TargetGroup[] {
  const path: Record<string, string> = {};
  if (job.scheme === "HTTPS") path.__scheme__ = "https";
  if (job.metricsPath !== "/metrics") path.__metrics_path__ = job.metricsPath;
  for (const [name, value] of Object.entries(job.params)) path[`__param_${name}`] = value;
  const groups = new Map<string, { targets: string[]; labels: Labels }>();
  for (const target of targets) {
    const labels = { ...target.labels, ...path, ...common };
    const key = JSON.stringify(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { targets: [address(target)], labels });
    else group.targets.push(address(target));
  }
  return [...groups.values()];
}

function probeGroups(
  project: ProjectConfig,
  job: ScrapeJobConfig,
  targets: readonly StaticTargetConfig[],
  common: Labels,
  { blackbox, namingKey, gate }: TargetOptions,
): readonly TargetGroup[] {
  if (blackbox === undefined) return [];
  const module = renderProbe(project, job, { gate, namingKey, ...blackbox })?.name;
  if (module === undefined) return [];
  return targets.map((target) => {
    const probed = probeTarget(job, target);
    const probe = {
      __metrics_path__: "/probe",
      __param_module: module,
      __param_target: probed,
      instance: probed,
    };
    return { targets: [blackbox.address], labels: { ...target.labels, ...probe, ...common } };
  });
}

function jobProblem(
  project: ProjectConfig,
  job: ScrapeJobConfig,
  { blackbox, gate }: TargetOptions,
): string | undefined {
  if (!isPartName(job.name)) return "its name is not allowed";
  if (job.probe !== null && blackbox === undefined) return "this agent has no blackbox exporter";
  const problem = probeProblem(project, job, gate) ?? credentialsProblem(job, gate);
  if (problem !== undefined) return problem;
  const text = textProblem([job.metricsPath, ...Object.values(job.params)]);
  if (text !== undefined) return `its path or a parameter ${text}`;
  const path = pathProblem(job.metricsPath);
  if (path !== undefined) return `its metrics path ${path}`;
  const param = Object.keys(job.params).find((name) => !/^[a-zA-Z0-9_]{1,128}$/.test(name));
  return param === undefined ? undefined : `the parameter ${JSON.stringify(param)} is not allowed`;
}

function targetProblem(target: StaticTargetConfig, job: ScrapeJobConfig): string | undefined {
  if (!isHost(target.host)) return "it is not a host name or an IP address";
  if (target.port !== null && !(Number.isInteger(target.port) && target.port > 0 && target.port < 65_536)) {
    return "its port is not a number from 1 to 65535";
  }
  if (target.port === null && job.probe === null) return "it has no port";
  if (target.port === null && job.probe?.__typename === "TcpProbe") return "a TCP probe needs a port";
  const refused = refusedLabel(target.labels, ourLabels);
  return refused === undefined ? undefined : `the label ${JSON.stringify(refused)} is not allowed`;
}
