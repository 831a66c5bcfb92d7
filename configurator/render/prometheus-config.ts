import { type BaseFile, BaseFileError, isYamlMap, listAt, refuseRelativePaths, textOf } from "./base-file.js";
import type { LimitTier, LimitTiers } from "./limit-tier.js";
import { overriddenSeries } from "./names.js";
import { releaseFile } from "./release-mark.js";
import { type ServerLabels, withoutAlertsOf, withServerLabels } from "./server-labels.js";
import { watchdogFile } from "./watchdog.js";
import { type YamlValue, yamlText } from "./yaml-text.js";

/** What begins the names of our scrape jobs. */
export const jobPrefix = "metricsinfra/";

/** What Prometheus's config holds beside the base file. */
export interface PrometheusConfigParts {
  readonly tiers: LimitTiers;
  /** The folder that the targets' folders are in. */
  readonly folder: string;
  /** The scrape configs of projects' jobs with credentials. */
  readonly own: readonly YamlValue[];
  /** What tells this Prometheus from the others; none when there is but one. */
  readonly labels?: ServerLabels;
  /** The names of projects that moved to another shard lately. */
  readonly moved?: readonly string[];
}

/** Prometheus's main config: the base file with our rule files, one scrape job per limit tier, and the projects' own. */
export function renderPrometheusConfig(base: BaseFile, parts: PrometheusConfigParts): string {
  const { tiers, folder, own, labels = {}, moved = [] } = parts;
  const content = withoutAlertsOf(base, withServerLabels(base, checkBase(base, folder), labels), moved);
  return yamlText({
    ...content,
    // Relative to this file, so through `current`: the path of a rule group, by which Prometheus knows it again after
    // a reload, stays the same from release to release. The mark comes last: Prometheus goes on showing the groups that it
    // has read before a file that it refuses, and so would show the marks of refused releases until it is started again.
    rule_files: [...listAt(base, content, "rule_files"), watchdogFile, "rules/*.yml", releaseFile],
    scrape_configs: [...listAt(base, content, "scrape_configs"), ...scrapeJobs(tiers, folder), ...own],
  });
}

/**
 * The same without our rule files, for `promtool check config`: those were checked one by one when they changed, and
 * reading all of them again would take seconds.
 */
export function renderPrometheusCheck(base: BaseFile, parts: PrometheusConfigParts): string {
  const { tiers, folder, own, labels = {} } = parts;
  const content = withServerLabels(base, checkBase(base, folder), labels);
  return yamlText({
    ...content,
    scrape_configs: [...listAt(base, content, "scrape_configs"), ...scrapeJobs(tiers, folder), ...own],
  });
}

/** The folder of one tier's target files. */
export function targetsFolder(folder: string, tier: string): string {
  return `${folder}/targets/${tier}`;
}

/** What a tier says of each scrape. */
export function tierLimits(tier: LimitTier): { readonly [key: string]: YamlValue } {
  return {
    scrape_interval: tier.scrapeInterval,
    scrape_timeout: tier.scrapeTimeout,
    sample_limit: tier.samplesPerScrape,
    label_limit: tier.labelsPerSample,
    label_name_length_limit: tier.labelNameLength,
    label_value_length_limit: tier.labelValueLength,
    body_size_limit: `${tier.bodyBytes}B`,
  };
}

/** What no target may give: by such series a project would switch off the operators' rules for itself. */
export const dropReserved: YamlValue = { source_labels: ["__name__"], regex: overriddenSeries, action: "drop" };

function scrapeJobs(tiers: LimitTiers, folder: string): readonly YamlValue[] {
  return Object.entries(tiers).map(([name, tier]) => ({
    job_name: `${jobPrefix}${name}`,
    honor_labels: false,
    // A redirect would lead wherever the target says, past the policy of where projects' config may point.
    follow_redirects: false,
    ...tierLimits(tier),
    file_sd_configs: [{ files: [`${targetsFolder(folder, name)}/*.json`] }],
    metric_relabel_configs: [dropReserved],
  }));
}

function checkBase(base: BaseFile, folder: string): BaseFile["content"] {
  refuseRelativePaths(base);
  for (const [index, job] of listAt(base, base.content, "scrape_configs").entries()) {
    const name = isYamlMap(job) ? textOf(job.job_name) : undefined;
    if (name?.startsWith(jobPrefix)) {
      const reason = `"${name}" begins with "${jobPrefix}", which is kept for the jobs of the projects`;
      throw new BaseFileError(base.name, `scrape_configs[${index}].job_name`, reason);
    }
  }
  for (const [index, file] of listAt(base, base.content, "rule_files").entries()) {
    if (textOf(file)?.startsWith(`${folder}/`)) {
      const reason = `"${textOf(file)}" lies in ${folder}, whose rule files are added already`;
      throw new BaseFileError(base.name, `rule_files[${index}]`, reason);
    }
  }
  const global = base.content.global;
  const external = isYamlMap(global) ? global.external_labels : undefined;
  if (isYamlMap(external) && external.project !== undefined) {
    throw new BaseFileError(base.name, "global.external_labels.project", "this label is kept for the projects");
  }
  return base.content;
}
