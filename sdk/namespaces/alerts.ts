import { foldEvents } from "../fold-events.js";
import {
  CountAlertsDocument,
  GetAlertDocument,
  GetFiringHoursDocument,
  ListAlertGroupsDocument,
  ListAlertLabelNamesDocument,
  ListAlertLabelValuesDocument,
  ListAlertsDocument,
  WatchAlertsDocument,
} from "../generated/documents.js";
import type {
  Alert,
  AlertCounts,
  AlertEvent,
  AlertFilter,
  AlertGroup,
  AlertGroupOrder,
  AlertOrder,
  FiringHour,
  ListAlertLabelNamesData,
  ListAlertLabelValuesData,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import { requireLive } from "../live.js";
import type { CallOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { SubscribeOptions, Subscriptions } from "../subscription.js";

/** Which alerts to list, and in which order. */
export interface ListAlertsArguments extends ListArguments {
  readonly filter?: AlertFilter | undefined;
  readonly orderBy?: AlertOrder | undefined;
}

/** How far back to look. */
export interface FiringHoursArguments {
  /** 1 to 48. */
  readonly hours?: number | undefined;
}

/** Which groups of which alerts to list, and in which order. */
export interface ListAlertGroupsArguments extends ListArguments {
  readonly filter?: AlertFilter | undefined;
  /** Labels, at most 10; absent for the groups that notifications have. */
  readonly groupBy?: readonly string[] | undefined;
  readonly orderBy?: AlertGroupOrder | undefined;
  /** 1 to 100. @default 5 */
  readonly alertsPerGroup?: number | undefined;
}

/** A group, and its newest alerts. */
export interface AlertGroupWithAlerts extends AlertGroup {
  readonly alerts: readonly Alert[];
}

/** Which alerts to count. */
export interface CountAlertsArguments {
  readonly filter?: AlertFilter | undefined;
}

/** Which labels, or values of a label, to list: those of the alerts that pass the filter. */
export interface ListAlertLabelsArguments {
  readonly filter?: AlertFilter | undefined;
  /** Only those with this text in them, ignoring case. */
  readonly search?: string | undefined;
  /** 1 to 100. @default 20 */
  readonly first?: number | undefined;
}

/** Which alerts to watch. */
export interface WatchAlertsArguments {
  readonly filter?: AlertFilter | undefined;
}

/** Which alerts to watch, and from when on. */
export interface WatchAlertEventsArguments extends WatchAlertsArguments {
  /** Whether to begin with all that there are. @default true */
  readonly snapshot?: boolean | undefined;
}

/** A label's name, and how many alerts have it. */
export type AlertLabelName = NonNullable<ListAlertLabelNamesData["alertLabelNames"]>[number];

/** A label's value, and how many alerts have it. */
export type AlertLabelValue = NonNullable<ListAlertLabelValuesData["alertLabelValues"]>[number];

/** Alerts: what the Alertmanagers hold at this moment. */
export class Alerts {
  readonly #graph: Graph;
  readonly #subscriptions: Subscriptions;

  constructor(graph: Graph, subscriptions: Subscriptions) {
    this.#graph = graph;
    this.#subscriptions = subscriptions;
  }

  /** The alert with this id, or null when it is gone or not visible with the token. */
  async get(id: string, options?: CallOptions): Promise<Alert | null> {
    const { node } = await this.#graph.request(GetAlertDocument, { id }, options);
    return nodeOf(node, "Alert");
  }

  /** The alerts of all projects that the token may see. Rejects with `UpstreamUnavailableError` when none are known. */
  list(args: ListAlertsArguments = {}, options?: CallOptions): Paginated<Alert> {
    return this.#graph.list(ListAlertsDocument, args, (data) => requireLive(data.alerts, "alerts"), options);
  }

  /**
   * How long an alert fired in each of its last hours, 24 unless told otherwise, the oldest first; null when no Prometheus
   * answers that knows it.
   */
  async firingHours(
    id: string,
    args: FiringHoursArguments = {},
    options?: CallOptions,
  ): Promise<ReadonlyArray<FiringHour> | null> {
    const { node } = await this.#graph.request(GetFiringHoursDocument, { id, ...args }, options);
    return requireNode(node, ["Alert"], id).firingHours;
  }

  /**
   * The alerts of all projects that the token may see, in groups: by the labels in `groupBy`, or as their notifications are
   * grouped. Each group holds its newest alerts, 5 unless told otherwise.
   *
   * @example
   * ```ts
   * for await (const { labels, counts } of client.alerts.groups({ groupBy: ["project", "alertname"] })) {
   *   console.log(labels, counts.active);
   * }
   * ```
   */
  groups(args: ListAlertGroupsArguments = {}, options?: CallOptions): Paginated<AlertGroupWithAlerts> {
    return this.#graph.list(
      ListAlertGroupsDocument,
      { alertsPerGroup: 5, ...args },
      (data) => {
        const { nodes, ...page } = requireLive(data.alertGroups, "alerts");
        return { ...page, nodes: nodes.map(({ alerts, ...group }) => ({ ...group, alerts: alerts.nodes })) };
      },
      options,
    );
  }

  /** How many alerts the token may see, by state and severity; null when no Alertmanager answers. */
  async counts(args: CountAlertsArguments = {}, options?: CallOptions): Promise<AlertCounts | null> {
    return (await this.#graph.request(CountAlertsDocument, args, options)).alertCounts;
  }

  /** The labels that alerts have, the most frequent first; null when no Alertmanager answers. */
  async labelNames(
    args: ListAlertLabelsArguments = {},
    options?: CallOptions,
  ): Promise<readonly AlertLabelName[] | null> {
    return (await this.#graph.request(ListAlertLabelNamesDocument, args, options)).alertLabelNames;
  }

  /** The values that alerts have of a label, the most frequent first; null when no Alertmanager answers. */
  async labelValues(
    name: string,
    args: ListAlertLabelsArguments = {},
    options?: CallOptions,
  ): Promise<readonly AlertLabelValue[] | null> {
    return (await this.#graph.request(ListAlertLabelValuesDocument, { name, ...args }, options)).alertLabelValues;
  }

  /**
   * The alerts that pass the filter, by their ids: at once, and again whenever one of them begins, changes or ends, until the
   * signal is aborted. What it gives stays as it was while a connection that broke is opened anew.
   *
   * @example
   * ```ts
   * for await (const alerts of client.alerts.live({ filter: { states: ["ACTIVE"] } })) {
   *   console.log(`${alerts.size} alerts are active.`);
   * }
   * ```
   */
  live(
    args: WatchAlertsArguments = {},
    options?: SubscribeOptions,
  ): AsyncGenerator<ReadonlyMap<string, Alert>, void, undefined> {
    return foldEvents(this.watch(args, options), ({ alert }) => alert);
  }

  /**
   * What happens to the alerts that pass the filter, as it happens: a snapshot, then changes, until the signal is aborted. A
   * connection that breaks, or on which the server is silent, is opened anew, and begins with a snapshot again; without
   * snapshots it begins with a RESYNC, which says that changes may be missing.
   */
  async *watch(
    args: WatchAlertEventsArguments = {},
    options?: SubscribeOptions,
  ): AsyncGenerator<AlertEvent, void, undefined> {
    const events = this.#subscriptions.subscribe(WatchAlertsDocument, args, { ...options, endless: true });
    for await (const { alertEvents } of events) yield alertEvents;
  }
}
