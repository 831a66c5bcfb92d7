import { type ChangePage, type ChangesArguments, changes, type ProjectConfig, projectConfig } from "./changes.js";
import { checkOptions } from "./check-options.js";
import type { TypedDocument } from "./document.js";
import {
  GetEgressPolicyDocument,
  GetRevisionDocument,
  GetViewerDocument,
  ListAlertmanagersDocument,
  ListLimitTiersDocument,
  ListPrometheusServersDocument,
  ListWatchdogsDocument,
  WatchRevisionsDocument,
} from "./generated/documents.js";
import type {
  AlertmanagerCluster,
  EgressPolicy,
  LimitTier,
  PrometheusServer,
  Viewer,
  Watchdog,
} from "./generated/types.js";
import { Graph } from "./graph.js";
import { Acknowledgements } from "./namespaces/acknowledgements.js";
import { Agents } from "./namespaces/agents.js";
import { AlertHistory } from "./namespaces/alert-history.js";
import { AlertingRules } from "./namespaces/alerting-rules.js";
import { Alerts } from "./namespaces/alerts.js";
import { ApiTokens } from "./namespaces/api-tokens.js";
import { Audit } from "./namespaces/audit.js";
import { Capacity } from "./namespaces/capacity.js";
import { ContactGroups } from "./namespaces/contact-groups.js";
import { GlobalRules } from "./namespaces/global-rules.js";
import { Projects } from "./namespaces/projects.js";
import { RecordingRules } from "./namespaces/recording-rules.js";
import { Rollouts } from "./namespaces/rollouts.js";
import { RulePacks } from "./namespaces/rule-packs.js";
import { Rules } from "./namespaces/rules.js";
import { ScrapeJobs } from "./namespaces/scrape-jobs.js";
import { Shards } from "./namespaces/shards.js";
import { Silences } from "./namespaces/silences.js";
import { Targets } from "./namespaces/targets.js";
import type { CallOptions, ClientOptions } from "./options.js";
import { Requests } from "./requests.js";
import { type SubscribeOptions, Subscriptions } from "./subscription.js";
import type { RawAnswer } from "./transport.js";

/** The variables of a document, which may be left out when it needs none. */
export type VariablesOf<Variables> =
  Record<never, never> extends Variables ? [variables?: Variables] : [variables: Variables];

/** A client of one graph. It holds no connection and need not be closed. */
export class Client<Throws extends boolean = true> {
  readonly #requests: Requests;
  readonly #subscriptions: Subscriptions;
  readonly #graph: Graph;

  /** Projects: the tenants of the monitoring. */
  readonly projects: Projects<Throws>;
  /** What of a project is scraped or probed. */
  readonly scrapeJobs: ScrapeJobs<Throws>;
  /** Expressions of a project that raise alerts. */
  readonly alertingRules: AlertingRules<Throws>;
  /** Expressions of a project whose results are kept as new series. */
  readonly recordingRules: RecordingRules<Throws>;
  /** Both kinds of rules, their health, and the check of an expression. */
  readonly rules: Rules<Throws>;
  /** The operators' alerting rules over all projects. */
  readonly globalRules: GlobalRules<Throws>;
  /** Who of a project is told of its alerts, and how. */
  readonly contactGroups: ContactGroups<Throws>;
  /** What Prometheus scrapes at this moment, and how that goes. */
  readonly targets: Targets;
  /** What the Alertmanagers hold at this moment. */
  readonly alerts: Alerts;
  /** Who looks after which alert. */
  readonly acknowledgements: Acknowledgements<Throws>;
  /** What fired and resolved. */
  readonly alertHistory: AlertHistory;
  /** Alerts that are not to be told of for a while. */
  readonly silences: Silences<Throws>;
  /** The configurators that bring the configuration to the hosts. */
  readonly agents: Agents<Throws>;
  /** On which agents a change runs. */
  readonly rollouts: Rollouts;
  /** How much hardware is needed. */
  readonly capacity: Capacity;
  /** Rules that come with the server. */
  readonly rulePacks: RulePacks<Throws>;
  /** The parts that all projects are divided into. */
  readonly shards: Shards<Throws>;
  /** What programs show the graph to say who they are. */
  readonly apiTokens: ApiTokens<Throws>;
  /** Who changed what, and when. */
  readonly audit: Audit<Throws>;

  constructor(options: ClientOptions<Throws>) {
    const { url, streamUrl } = checkOptions(options);
    this.#requests = new Requests(options, url);
    this.#subscriptions = new Subscriptions(options, streamUrl);
    const graph = new Graph(this.#requests, options.throwOnUserErrors ?? true);
    this.#graph = graph;
    this.projects = new Projects(graph);
    this.scrapeJobs = new ScrapeJobs(graph);
    this.alertingRules = new AlertingRules(graph);
    this.recordingRules = new RecordingRules(graph);
    this.rules = new Rules(graph);
    this.globalRules = new GlobalRules(graph);
    this.contactGroups = new ContactGroups(graph);
    this.targets = new Targets(graph);
    this.alerts = new Alerts(graph, this.#subscriptions);
    this.acknowledgements = new Acknowledgements(graph);
    this.alertHistory = new AlertHistory(graph);
    this.silences = new Silences(graph, this.#subscriptions);
    this.agents = new Agents(graph);
    this.rollouts = new Rollouts(graph);
    this.capacity = new Capacity(graph);
    this.rulePacks = new RulePacks(graph);
    this.shards = new Shards(graph);
    this.apiTokens = new ApiTokens(graph);
    this.audit = new Audit(graph);
  }

  /** Who the token belongs to, and what it may do. */
  async viewer(options?: CallOptions): Promise<Viewer> {
    return (await this.#graph.request(GetViewerDocument, {}, options)).viewer;
  }

  /** The Alertmanager clusters behind the server, and whether each answers. */
  async alertmanagers(options?: CallOptions): Promise<ReadonlyArray<AlertmanagerCluster>> {
    return (await this.#graph.request(ListAlertmanagersDocument, {}, options)).alertmanagers;
  }

  /** The Prometheus servers behind the server, and whether each answers. */
  async prometheusServers(options?: CallOptions): Promise<ReadonlyArray<PrometheusServer>> {
    return (await this.#graph.request(ListPrometheusServersDocument, {}, options)).prometheusServers;
  }

  /**
   * Whether alerts of each Prometheus arrive at each Alertmanager cluster. While one is ABSENT, an empty list of alerts is no
   * good news.
   */
  async watchdogs(options?: CallOptions): Promise<ReadonlyArray<Watchdog>> {
    return (await this.#graph.request(ListWatchdogsDocument, {}, options)).watchdogs;
  }

  /** The limit tiers that a project may have, by name; `client.projects.capacity` tells what holds for one, and its usage. */
  async limitTiers(options?: CallOptions): Promise<ReadonlyArray<LimitTier>> {
    return (await this.#graph.request(ListLimitTiersDocument, {}, options)).limitTiers;
  }

  /** The newest revision of the configuration: it grows by one with each change. */
  async revision(options?: CallOptions): Promise<number> {
    return (await this.#graph.request(GetRevisionDocument, {}, options)).revision;
  }

  /**
   * The newest revision of the configuration: at once, and again after each change, until the signal is aborted. A connection
   * that breaks is opened anew; only an error that no retry mends is thrown, such as an `AuthenticationError`.
   */
  async *revisions(options?: SubscribeOptions): AsyncGenerator<number, void, undefined> {
    let last: number | undefined;
    const events = this.#subscriptions.subscribe(WatchRevisionsDocument, {}, { ...options, endless: true });
    for await (const { revisions } of events) {
      if (revisions !== last) yield revisions;
      last = revisions;
    }
  }

  /**
   * What changed since a revision: pages of up to 100 projects, each with its complete configuration. For programs that bring
   * the configuration somewhere: needs the global role AGENT, which alone reads contacts' secrets and may ask for this much.
   */
  changes(args: ChangesArguments, options?: CallOptions): AsyncGenerator<ChangePage, void, undefined> {
    return changes(this.#graph, args, options);
  }

  /** The complete configuration of one project as it is now, as `changes` gives it; null when it is deleted. */
  projectConfig(id: string, options?: CallOptions): Promise<ProjectConfig | null> {
    return projectConfig(this.#graph, id, options);
  }

  /**
   * Where the projects' configuration may point, as the operators have settled. Who brings it somewhere checks by it, because
   * the addresses of names change: `egressFingerprint` of each page of `changes` tells when to ask again. For agents, operators
   * and readers.
   */
  async egressPolicy(options?: CallOptions): Promise<EgressPolicy> {
    return (await this.#graph.request(GetEgressPolicyDocument, {}, options)).egressPolicy;
  }

  /**
   * Sends a document of your own and gives its data; rejects when the answer has any error. A typed document, such as one of
   * `graphql(...)` of `@metricsinfra/sdk/tada`, has typed variables and data; of a plain string say the type yourself.
   */
  request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    ...variablesAndOptions: [...VariablesOf<Variables>, options?: CallOptions]
  ): Promise<Data>;
  request<Data = unknown>(
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<Data>;
  request(
    document: string | TypedDocument<unknown, object>,
    variables?: object,
    options?: CallOptions,
  ): Promise<unknown> {
    return this.#requests.request(document, variables, options);
  }

  /** As `request`, but resolves to the whole answer, with its errors; rejects only when there was no GraphQL answer. */
  raw<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    ...variablesAndOptions: [...VariablesOf<Variables>, options?: CallOptions]
  ): Promise<RawAnswer<Data>>;
  raw<Data = unknown>(
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<RawAnswer<Data>>;
  raw(
    document: string | TypedDocument<unknown, object>,
    variables?: object,
    options?: CallOptions,
  ): Promise<RawAnswer<unknown>> {
    return this.#requests.raw(document, variables, options);
  }

  /** The data of each event of a subscription of your own. It is opened anew as `revisions` is. */
  subscribe<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    ...variablesAndOptions: [...VariablesOf<Variables>, options?: SubscribeOptions]
  ): AsyncGenerator<Data, void, undefined>;
  subscribe<Data = unknown>(
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: SubscribeOptions,
  ): AsyncGenerator<Data, void, undefined>;
  subscribe(
    document: string | TypedDocument<unknown, object>,
    variables?: object,
    options?: SubscribeOptions,
  ): AsyncGenerator<unknown, void, undefined> {
    return this.#subscriptions.subscribe(document, variables, options);
  }
}

/**
 * Makes a client of the graph at an address. Nothing is sent before it is used.
 *
 * @example
 * ```ts
 * const client = createClient({ url: "https://metricsinfra.example.org/graphql", token: process.env.METRICSINFRA_TOKEN });
 * const { project } = await client.projects.create({ name: "shop" });
 * ```
 */
export function createClient<Throws extends boolean = true>(options: ClientOptions<Throws>): Client<Throws> {
  return new Client(options);
}
