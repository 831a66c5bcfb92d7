import {
  CountAlertsDocument,
  GetAlertDocument,
  GetFiringHoursDocument,
  ListAlertsDocument,
} from "../generated/documents.js";
import type { Alert, AlertCounts, AlertFilter, AlertOrder, FiringHour } from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import { requireLive } from "../live.js";
import type { CallOptions } from "../options.js";
import type { Paginated } from "../paginated.js";

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

/** Alerts: what the Alertmanagers hold at this moment. */
export class Alerts {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
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

  /** How many alerts a project has in each state; null when no Alertmanager answers. */
  async counts(project: string, options?: CallOptions): Promise<AlertCounts | null> {
    const { node } = await this.#graph.request(CountAlertsDocument, { project }, options);
    return requireNode(node, ["Project"], project).alertCounts;
  }
}
