import type { ChangePage, ProjectConfig } from "@metricsinfra/sdk";

export type { ProjectConfig } from "@metricsinfra/sdk";

/** Names to texts: labels of a series, annotations of an alert, parameters of a request. */
export type Labels = Readonly<Record<string, string>>;

/** A scrape job as the graph gives it. */
export type ScrapeJobConfig = ProjectConfig["scrapeJobs"][number];

/** One address that a scrape job names. */
export type StaticTargetConfig = ScrapeJobConfig["staticTargets"][number];

/** What the blackbox exporter does to each target of a job. */
export type ProbeConfig = NonNullable<ScrapeJobConfig["probe"]>;

/** A rule as the graph gives it; a recording rule's name is the recorded series. */
export type RuleConfig = ProjectConfig["rules"][number];

/** An alerting rule as the graph gives it. */
export type AlertingRuleConfig = Extract<RuleConfig, { readonly __typename: "AlertingRule" }>;

/** An operator's rule over the series of all projects. */
export type GlobalRuleConfig = NonNullable<ChangePage["globalRules"]>[number];

/** A contact group as the graph gives it. */
export type ContactGroupConfig = ProjectConfig["contactGroups"][number];

/** One way to tell somebody about an alert; the secret is there because an agent asks. */
export type ContactConfig = ContactGroupConfig["contacts"][number];

/** An operator's rule as it is for a project that overrides it. */
export type OverriddenRuleConfig = ProjectConfig["overriddenGlobalRules"][number];
