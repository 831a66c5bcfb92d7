/** Names to texts: labels of a series, annotations of an alert, parameters of a request. */
export type Labels = Readonly<Record<string, string>>;

/** One address that a scrape job names. */
export interface StaticTargetConfig {
  readonly host: string;
  readonly port: number | null;
  readonly labels: Labels;
}

/** Which IP version a probe may use. */
export type IpProtocol = "IP4" | "IP6" | "ANY";

/** What the blackbox exporter does to each target of a job. */
export type ProbeConfig =
  | {
      readonly __typename: "HttpProbe";
      readonly method: string;
      readonly path: string;
      readonly hostHeader: string | null;
      readonly headers: Labels;
      readonly followRedirects: boolean;
      readonly validStatusCodes: readonly number[];
      readonly bodyMatches: string | null;
      readonly bodyNotMatches: string | null;
      readonly verifyTls: boolean;
      readonly ipProtocol: IpProtocol;
    }
  | { readonly __typename: "TcpProbe"; readonly tls: boolean; readonly ipProtocol: IpProtocol }
  | { readonly __typename: "IcmpProbe"; readonly ipProtocol: IpProtocol }
  | {
      readonly __typename: "DnsProbe";
      readonly queryName: string;
      readonly queryType: string;
      readonly transport: "UDP" | "TCP";
      readonly answerMatches: string | null;
      readonly ipProtocol: IpProtocol;
    };

/** A scrape job as the graph gives it. */
export interface ScrapeJobConfig {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly scheme: "HTTP" | "HTTPS";
  readonly metricsPath: string;
  readonly params: Labels;
  readonly scrapeInterval: string | null;
  readonly scrapeTimeout: string | null;
  readonly staticTargets: readonly StaticTargetConfig[];
  readonly openstackDiscovery: { readonly port: number; readonly nameRegex: string | null } | null;
  readonly probe: ProbeConfig | null;
}

interface AnyRuleConfig {
  readonly id: string;
  readonly name: string;
  readonly enforcedExpr: string;
  readonly labels: Labels;
  readonly interval: string | null;
  readonly enabled: boolean;
}

/** An alerting rule as the graph gives it. */
export interface AlertingRuleConfig extends AnyRuleConfig {
  readonly __typename: "AlertingRule";
  readonly for: string;
  readonly keepFiringFor: string | null;
  readonly severity: string;
  readonly annotations: Labels;
}

/** A recording rule as the graph gives it; its name is the recorded series. */
export interface RecordingRuleConfig extends AnyRuleConfig {
  readonly __typename: "RecordingRule";
}

/** A rule of either kind. */
export type RuleConfig = AlertingRuleConfig | RecordingRuleConfig;

/** An operator's rule over the series of all projects. */
export interface GlobalRuleConfig {
  readonly id: string;
  readonly name: string;
  readonly mode: "PER_PROJECT" | "GLOBAL";
  readonly expr: string;
  readonly for: string;
  readonly keepFiringFor: string | null;
  readonly severity: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly interval: string | null;
  readonly enabled: boolean;
}

/** One way to tell somebody about an alert; the secret is there because an agent asks. */
export interface ContactConfig {
  readonly type: "EMAIL" | "IRC" | "WEBHOOK" | "PHABRICATOR" | "SLACK";
  readonly value: string;
  readonly sendResolved: boolean;
  readonly secret: string | null;
}

/** A contact group as the graph gives it. */
export interface ContactGroupConfig {
  readonly id: string;
  readonly name: string;
  readonly contacts: readonly ContactConfig[];
}

/** All that is rendered for one project. */
export interface ProjectConfig {
  readonly id: string;
  readonly name: string;
  readonly extraLabels: Labels;
  readonly limitTier: string;
  readonly defaultContactGroup: { readonly id: string } | null;
  readonly scrapeJobs: readonly ScrapeJobConfig[];
  readonly rules: readonly RuleConfig[];
  readonly contactGroups: readonly ContactGroupConfig[];
}
