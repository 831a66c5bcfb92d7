import { PlanCapacityDocument } from "../generated/documents.js";
import type { CapacityPlan, CapacityPlanInput } from "../generated/types.js";
import type { Graph } from "../graph.js";
import type { CallOptions } from "../options.js";

/** How much hardware is needed. */
export class Capacity {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** A plan for so many nodes, or, without `nodes`, for what the Prometheus servers measure now. Operators and readers. */
  async plan(input: CapacityPlanInput = {}, options?: CallOptions): Promise<CapacityPlan> {
    return (await this.#graph.request(PlanCapacityDocument, { input }, options)).capacityPlan;
  }
}
