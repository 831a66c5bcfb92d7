import type { ProjectConfig, ScrapeJobConfig } from "../fetch/project-config.js";
import type { YamlMap } from "./base-file.js";
import { renderCredentials, unreadableSecret } from "./job-credentials.js";
import type { LimitTier } from "./limit-tier.js";
import { type OpenstackOptions, renderOpenstackJob } from "./openstack-jobs.js";
import type { Problem } from "./problem.js";
import { dropReserved, jobPrefix, tierLimits } from "./prometheus-config.js";
import type { OwnTargets } from "./target-file.js";

/** A project's scrape configs for Prometheus. */
export type ScrapeConfigs = readonly YamlMap[];

/** A project's own scrape configs, absent when it has none, and the secrets that go to files of their own, by file name. */
export interface RenderedOwnJobs {
  readonly configs?: ScrapeConfigs;
  readonly secrets: ReadonlyMap<string, string>;
  /** Whether a secret could not be read, so that a machine that has these jobs keeps them as they are. */
  readonly isIncomplete: boolean;
  readonly problems: readonly Problem[];
}

/** Relative to Prometheus's config, so that a release can be checked before it is in use. */
const secretsFolder = "secrets";

/** The jobs that get scrape configs of their own. */
export interface OwnJobs {
  /** Those that say who they are, with their targets. */
  readonly own: readonly OwnTargets[];
  /** Those whose targets Prometheus discovers. */
  readonly discovering: readonly ScrapeJobConfig[];
}

/**
 * One scrape config for each job that says who it is: Prometheus knows no credentials of a single target. The targets stand
 * in it, and not in a file that is watched, because each such file would take one of the 128 watches that a user has.
 */
export function renderOwnJobs(
  project: ProjectConfig,
  tier: LimitTier,
  { own, discovering }: OwnJobs,
  { namingKey, openstack }: { readonly namingKey: string; readonly openstack?: OpenstackOptions | undefined },
): RenderedOwnJobs {
  const secrets = new Map<string, string>();
  const problems: Problem[] = [];
  const configs: YamlMap[] = [];
  // The last word on whose series they are, whatever the target says and whatever else changes here.
  const forced = [{ target_label: "project", replacement: project.name }];
  const readable = (job: ScrapeJobConfig): boolean => {
    const unreadable = unreadableSecret(job);
    if (unreadable !== undefined) {
      const kept = "Meanwhile the machine keeps the jobs with credentials that it had of this project, if any.";
      problems.push({ project: project.id, message: `Scrape job "${job.name}" is lacking: ${unreadable} ${kept}` });
    }
    return unreadable === undefined;
  };
  const unreadable = new Set(
    [...new Set([...own.map(({ job }) => job), ...discovering])].filter((job) => !readable(job)),
  );
  for (const { job, groups } of own) {
    const credentials = renderCredentials(project, job, { secretsFolder, namingKey });
    if (credentials === undefined || groups.length === 0) continue;
    secrets.set(credentials.file, credentials.secret);
    configs.push({
      job_name: `${jobPrefix}${project.name}/${job.name}`,
      honor_labels: false,
      // A redirect would send the credentials along, to wherever it leads.
      follow_redirects: false,
      scheme: job.scheme.toLowerCase(),
      ...tierLimits(tier),
      ...credentials.config,
      static_configs: groups.map(({ targets, labels }) => ({ targets, labels })),
      relabel_configs: forced,
      metric_relabel_configs: [dropReserved, ...forced],
    });
  }
  for (const job of discovering) {
    if (openstack === undefined || unreadable.has(job)) continue;
    const credentials = renderCredentials(project, job, { secretsFolder, namingKey });
    if (credentials !== undefined) secrets.set(credentials.file, credentials.secret);
    const config = renderOpenstackJob(project, job, tier, openstack, credentials?.config ?? {});
    if (config !== undefined) configs.push(config);
  }
  const rest = { secrets, isIncomplete: problems.length > 0, problems };
  return configs.length === 0 ? rest : { configs, ...rest };
}
