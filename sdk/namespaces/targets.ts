import { CountTargetsDocument, ListTargetsDocument } from "../generated/documents.js";
import type { ListTargetsData, Target, TargetCounts, TargetFilter } from "../generated/types.js";
import { type Graph, type ListArguments, requireNode } from "../graph.js";
import { requireLive } from "../live.js";
import type { CallOptions } from "../options.js";
import type { Paginated } from "../paginated.js";

/** Which targets to list. */
export interface ListTargetsArguments extends ListArguments {
  /** The id of the project or of the scrape job that the targets belong to. */
  readonly of: string;
  readonly filter?: TargetFilter | undefined;
}

/** Targets: what Prometheus scrapes at this moment, and how that goes. */
export class Targets {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The targets of a project or of a scrape job. Rejects with `UpstreamUnavailableError` when no Prometheus answers. */
  list(args: ListTargetsArguments, options?: CallOptions): Paginated<Target> {
    const targetsOf = ({ node }: ListTargetsData) =>
      requireLive(requireNode(node, ["Project", "ScrapeJob"], args.of).targets, "targets");
    return this.#graph.list(ListTargetsDocument, args, targetsOf, options);
  }

  /** How many targets a project or a scrape job has in each health; null when no Prometheus answers. */
  async counts(of: string, options?: CallOptions): Promise<TargetCounts | null> {
    const { node } = await this.#graph.request(CountTargetsDocument, { of }, options);
    return requireNode(node, ["Project", "ScrapeJob"], of).targetCounts;
  }
}
