import { ListShardsDocument } from "../generated/documents.js";
import type { Shard } from "../generated/types.js";
import type { Graph } from "../graph.js";
import type { CallOptions } from "../options.js";

/** Shards: the parts that all projects are divided into, each scraped by Prometheus servers of its own. */
export class Shards {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** All shards with what is in them, in the order of the settings; none when there is no division. Operators, readers, agents. */
  async list(options?: CallOptions): Promise<ReadonlyArray<Shard>> {
    return (await this.#graph.request(ListShardsDocument, {}, options)).shards;
  }
}
