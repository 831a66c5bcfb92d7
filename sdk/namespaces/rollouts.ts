import { GetRolloutDocument } from "../generated/documents.js";
import type { Rollout } from "../generated/types.js";
import { type Graph, requireNode } from "../graph.js";
import type { CallOptions } from "../options.js";

/** Rollouts: on which agents a change runs. */
export class Rollouts {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** How far the newest change of a project, scrape job, rule or contact group has come, agent by agent. */
  async get(of: string, options?: CallOptions): Promise<Rollout> {
    const { node } = await this.#graph.request(GetRolloutDocument, { of }, options);
    return requireNode(node, ["Project", "ScrapeJob", "AlertingRule", "RecordingRule", "ContactGroup"], of).rollout;
  }
}
