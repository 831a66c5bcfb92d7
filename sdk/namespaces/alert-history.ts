import {
  CountAlertHistoryDocument,
  GetAlertEpisodeDocument,
  ListAlertHistoryDocument,
  ListAlertHistoryOfAlertDocument,
} from "../generated/documents.js";
import type {
  AlertEpisode,
  AlertHistoryCounts,
  AlertHistoryFilter,
  ListAlertHistoryOfAlertData,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import type { CallOptions } from "../options.js";
import type { Paginated } from "../paginated.js";

/** Which firings to list. */
export interface ListAlertHistoryArguments extends ListArguments {
  readonly filter?: AlertHistoryFilter | undefined;
}

/** Which firings to count. */
export interface CountAlertHistoryArguments {
  /** The id of the project. */
  readonly project: string;
  /** Only those that began at this time or later, as ISO-8601. */
  readonly since?: string | undefined;
  /** Only those that began before this time, as ISO-8601. */
  readonly until?: string | undefined;
  /** How many names of alerts to tell of, 1 to 100. @default 20 */
  readonly first?: number | undefined;
}

/** What fired and resolved, as long as the server keeps it. */
export class AlertHistory {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The episode with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<AlertEpisode | null> {
    const { node } = await this.#graph.request(GetAlertEpisodeDocument, { id }, options);
    return nodeOf(node, "AlertEpisode");
  }

  /**
   * What fired in the projects that the token may see, the newest first. What fired in the last night is
   * `{ filter: { stillFiringAt: evening, until: morning } }`.
   */
  list(args: ListAlertHistoryArguments = {}, options?: CallOptions): Paginated<AlertEpisode> {
    return this.#graph.list(ListAlertHistoryDocument, args, (data) => data.alertHistory, options);
  }

  /** When an alert that fires now fired, this time and earlier, the newest first. */
  ofAlert(id: string, args: ListArguments = {}, options?: CallOptions): Paginated<AlertEpisode> {
    const historyOf = ({ node }: ListAlertHistoryOfAlertData) => requireNode(node, ["Alert"], id).history;
    return this.#graph.list(ListAlertHistoryOfAlertDocument, { ...args, id }, historyOf, options);
  }

  /** How often and how long the alerts of a project fired, by their names: the noisiest first. */
  async counts({ project, ...args }: CountAlertHistoryArguments, options?: CallOptions): Promise<AlertHistoryCounts> {
    const { node } = await this.#graph.request(CountAlertHistoryDocument, { project, ...args }, options);
    return requireNode(node, ["Project"], project).alertHistoryCounts;
  }
}
