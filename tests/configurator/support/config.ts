import type { ProjectConfig } from "@metricsinfra/sdk";
import type {
  AlertingRuleConfig,
  ContactConfig,
  ContactGroupConfig,
  GlobalRuleConfig,
  ProbeConfig,
  RuleConfig,
  ScrapeJobConfig,
} from "../../../configurator/fetch/project-config.js";
import type { LimitTier } from "../../../configurator/render/limit-tier.js";

/** A limit tier as the graph gives it. */
export function aTier(name = "default", overrides: Partial<LimitTier> = {}): LimitTier {
  return {
    name,
    samplesPerScrape: 10_000,
    labelsPerSample: 64,
    labelNameLength: 1_024,
    labelValueLength: 2_048,
    bodyBytes: 20_971_520,
    scrapeInterval: "1m",
    scrapeTimeout: "10s",
    leastScrapeInterval: "15s",
    seriesPerRule: 1_000,
    leastRuleInterval: "15s",
    ...overrides,
  };
}

type HttpProbeConfig = Extract<ProbeConfig, { readonly __typename: "HttpProbe" }>;

const time = "2026-01-01T00:00:00.000Z";

/** A project as the graph gives it, without jobs, rules and contacts unless they are given. */
export function aProject(name: string, overrides: Partial<ProjectConfig> = {}): ProjectConfig {
  return {
    id: `prj_${name}`,
    name,
    openstackId: null,
    description: "",
    extraLabels: {},
    aclGroup: null,
    limitTier: "default",
    defaultContactGroup: null,
    revision: 1,
    version: 1,
    createdAt: time,
    updatedAt: time,
    scrapeJobs: [],
    rules: [],
    contactGroups: [],
    overriddenGlobalRules: [],
    ...overrides,
  };
}

/** A scrape job with one target. */
export function aJob(name: string, overrides: Partial<ScrapeJobConfig> = {}): ScrapeJobConfig {
  return {
    id: `job_${name.replaceAll(" ", "_")}`,
    name,
    enabled: true,
    scheme: "HTTP",
    metricsPath: "/metrics",
    params: {},
    scrapeInterval: null,
    scrapeTimeout: null,
    staticTargets: [{ host: "192.0.2.1", port: 9100, labels: {} }],
    openstackDiscovery: null,
    probe: null,
    credentials: null,
    revision: 1,
    ...overrides,
  };
}

/** A probe that requests a page. */
export function anHttpProbe(overrides: Partial<HttpProbeConfig> = {}): HttpProbeConfig {
  return {
    __typename: "HttpProbe",
    method: "GET",
    path: "/",
    hostHeader: null,
    headers: {},
    followRedirects: false,
    validStatusCodes: [],
    bodyMatches: null,
    bodyNotMatches: null,
    verifyTls: true,
    ipProtocol: "ANY",
    ...overrides,
  };
}

/** An alerting rule of a project, its expression enforced. */
export function anAlert(project: string, name: string, overrides: Partial<AlertingRuleConfig> = {}): RuleConfig {
  return {
    __typename: "AlertingRule",
    id: `rul_${name.replaceAll(/\W/g, "_")}`,
    name,
    expr: "up == 0",
    enforcedExpr: `up{project="${project}"} == 0`,
    for: "1m",
    keepFiringFor: null,
    severity: "warning",
    labels: {},
    annotations: {},
    interval: null,
    enabled: true,
    revision: 1,
    ...overrides,
  };
}

/** A recording rule of a project, its expression enforced. */
export function aRecording(project: string, name: string, overrides: Partial<RuleConfig> = {}): RuleConfig {
  return {
    __typename: "RecordingRule",
    id: `rul_${name.replaceAll(/\W/g, "_")}`,
    name,
    expr: "sum(up)",
    enforcedExpr: `sum(up{project="${project}"})`,
    labels: {},
    interval: null,
    enabled: true,
    revision: 1,
    ...overrides,
  } as RuleConfig;
}

/** A rule of the operators. */
export function aGlobalRule(name: string, overrides: Partial<GlobalRuleConfig> = {}): GlobalRuleConfig {
  const { expr = 'up{project!=""} == 0', annotations = {} } = overrides;
  return {
    id: `grl_${name}`,
    name,
    mode: "PER_PROJECT",
    expr,
    enforcedExpr: expr,
    enforcedAnnotations: annotations,
    parameters: [],
    overridable: false,
    pack: null,
    verifiedByPrometheus: true,
    for: "5m",
    keepFiringFor: null,
    severity: "critical",
    labels: {},
    annotations: {},
    interval: null,
    enabled: true,
    revision: 1,
    version: 1,
    createdAt: time,
    updatedAt: time,
    ...overrides,
  };
}

/** A contact as one writes it: its secret can be read unless it says why not. */
export type Contact = Omit<ContactConfig, "secretProblem"> & { readonly secretProblem?: string | null };

/** A contact group. */
export function aGroup(name: string, contacts: readonly Contact[]): ContactGroupConfig {
  const all = contacts.map((contact) => ({ secretProblem: null, ...contact }));
  return { id: `cgr_${name.replaceAll(" ", "_")}`, name, contacts: all, isDefault: false, revision: 1 };
}
