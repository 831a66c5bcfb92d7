import { answerCounts } from "../brake/answer-counts.js";
import { type Counts, countsOf } from "../brake/removal.js";
import type { EgressGate, HostStates } from "../egress/egress-gate.js";
import type { ProjectConfig } from "../fetch/project-config.js";
import { type ContactOptions, renderContacts } from "./contact-fragment.js";
import { type AclOptions, renderAcl } from "./karma-acl.js";
import { type LimitTiers, tierOf } from "./limit-tier.js";
import { isProjectName } from "./names.js";
import type { OpenstackOptions } from "./openstack-jobs.js";
import { renderOwnJobs } from "./own-jobs.js";
import { renderProbeModules } from "./probe-module.js";
import type { Problem } from "./problem.js";
import { renderRuleFile } from "./rule-file.js";
import { renderTargetFile } from "./target-file.js";

/** The outputs that an agent can write; each has its own releases and its own processes to reload. */
export type OutputName = ProjectOutputName | "thanos-rule" | "thanos-query";

/** Those of them that projects have files in. */
export type ProjectOutputName = "prometheus" | "blackbox" | "alertmanager" | "karma-acl";

/** What is rendered, and what it depends on beside the projects; an output that is absent is not written. */
export interface RenderOptions {
  readonly prometheus?: { readonly tiers: LimitTiers; readonly openstack?: OpenstackOptions | undefined } | undefined;
  readonly blackbox?: { readonly address: string; readonly secretsFolder: string } | undefined;
  readonly alertmanager?: ContactOptions | undefined;
  readonly karmaAcl?: AclOptions | undefined;
  /** What secrets are named with. */
  readonly namingKey: string;
}

/** All files of one project, by output and path, and what could not be rendered. */
export interface RenderedProject {
  readonly id: string;
  readonly name: string;
  readonly files: Readonly<Record<ProjectOutputName, ReadonlyMap<string, string>>>;
  readonly targets?: { readonly tier: string; readonly text: string };
  /**
   * The folders in which it keeps the files that the machine has, because the server cannot read a secret of it now; the
   * files given here are for a machine that has none there.
   */
  readonly keeps: readonly `${OutputName}/${string}`[];
  /** Whether a host is left out because it may not be reached: then it must not keep files that it had. */
  readonly isOutOfReach: boolean;
  /** How much the server gives it, whether or not it could be rendered. */
  readonly counts: Counts;
  /** What was known of the hosts that it names when it was rendered. */
  readonly hosts: HostStates;
  readonly problems: readonly Problem[];
}

/** Where the scrape configs of projects' jobs with credentials are, in Prometheus's releases. */
export const scrapesFolder = "scrapes";

/** What a project keeps whose probes stay as they are on the machine: those of its targets that are probed. */
export const probedTargets = "prometheus/targets" as const;

const noFiles: ReadonlyMap<string, string> = new Map();

/** A project's files in one output; none where projects have none. */
export function filesIn(output: OutputName, { files }: Pick<RenderedProject, "files">): ReadonlyMap<string, string> {
  const byOutput: Readonly<Partial<Record<OutputName, ReadonlyMap<string, string>>>> = files;
  return byOutput[output] ?? noFiles;
}

/** Renders one project. It depends on nothing but its arguments, and never fails for what a tenant has written. */
export function renderProject(project: ProjectConfig, options: RenderOptions, gate: EgressGate): RenderedProject {
  const { id, name } = project;
  const files = { prometheus: noFiles, blackbox: noFiles, alertmanager: noFiles, "karma-acl": noFiles };
  if (!isProjectName(name)) {
    return {
      id,
      name,
      files,
      keeps: [],
      isOutOfReach: false,
      counts: countsOf(() => 0),
      hosts: {},
      problems: [{ project: id, message: "The project is left out: its name is not allowed." }],
    };
  }
  const prometheus = renderForPrometheus(project, options, gate);
  const { namingKey } = options;
  const probes = options.blackbox && renderProbeModules(project, { gate, namingKey, ...options.blackbox });
  const contacts = options.alertmanager && renderContacts(project, { namingKey, ...options.alertmanager }, gate);
  const acl = options.karmaAcl && renderAcl(project, options.karmaAcl);
  return {
    id,
    name,
    files: {
      prometheus: prometheus.files,
      blackbox: new Map([
        ...oneFile(`projects/${name}.json`, probes?.modules && jsonText(probes.modules)),
        ...secretFiles(probes?.secrets),
      ]),
      alertmanager: new Map([
        ...oneFile(`projects/${name}.json`, contacts?.fragment && jsonText(contacts.fragment)),
        ...secretFiles(contacts?.secrets),
      ]),
      "karma-acl": oneFile(`projects/${name}.json`, acl?.fragment && jsonText(acl.fragment)),
    },
    targets: prometheus.targets,
    keeps: [
      ...prometheus.keeps,
      ...(probes?.isIncomplete === true ? (["blackbox/projects", "blackbox/secrets"] as const) : []),
      // What the machine has may hold a target that may not be reached any more.
      ...(probes?.isIncomplete === true && !prometheus.isOutOfReach ? [probedTargets] : []),
      ...(contacts?.isIncomplete && !contacts.isOutOfReach
        ? (["alertmanager/projects", "alertmanager/secrets"] as const)
        : []),
    ],
    isOutOfReach: prometheus.isOutOfReach || contacts?.isOutOfReach === true,
    counts: answerCounts(project),
    hosts: gate.statesOf(project),
    problems: [
      ...prometheus.problems,
      ...(probes?.problems ?? []),
      ...(contacts?.problems ?? []),
      ...(acl?.problems ?? []),
    ],
  };
}

/** What is rendered of one project for Prometheus. */
interface RenderedForPrometheus extends Pick<RenderedProject, "targets" | "keeps" | "isOutOfReach" | "problems"> {
  readonly files: ReadonlyMap<string, string>;
}

function renderForPrometheus(
  project: ProjectConfig,
  { prometheus, blackbox, namingKey }: RenderOptions,
  gate: EgressGate,
): RenderedForPrometheus {
  if (prometheus === undefined) return { files: noFiles, keeps: [], isOutOfReach: false, problems: [] };
  const { name: tierName, tier, known } = tierOf(prometheus.tiers, project.limitTier);
  const { openstack } = prometheus;
  const rules = renderRuleFile(project, tier);
  const targets = renderTargetFile(project, tier, { blackbox, namingKey, gate, openstack });
  const own = renderOwnJobs(project, tier, targets, { namingKey, openstack });
  const message = `The server's settings hold no limit tier "${project.limitTier}"; the limits of "${tierName}" apply.`;
  return {
    files: new Map([
      ...oneFile(`rules/${project.name}.yml`, rules.text),
      ...oneFile(`${scrapesFolder}/${project.name}.json`, own.configs && jsonText(own.configs)),
      ...secretFiles(own.secrets),
    ]),
    targets: targets.text === undefined ? undefined : { tier: tierName, text: targets.text },
    isOutOfReach: targets.isOutOfReach,
    // What the machine has may hold a target that may not be reached any more.
    keeps: own.isIncomplete && !targets.isOutOfReach ? [`prometheus/${scrapesFolder}`, "prometheus/secrets"] : [],
    problems: [
      ...(known ? [] : [{ project: project.id, message }]),
      ...rules.problems,
      ...targets.problems,
      ...own.problems,
    ],
  };
}

function secretFiles(secrets: ReadonlyMap<string, string> = noFiles): readonly (readonly [string, string])[] {
  return [...secrets].map(([file, secret]) => [`secrets/${file}`, secret] as const);
}

function oneFile(path: string, text: string | undefined): ReadonlyMap<string, string> {
  return text === undefined ? noFiles : new Map([[path, text]]);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
