import { ListAgentsDocument, ReportAgentDocument } from "../generated/documents.js";
import type { Agent, AgentReportInput, AgentReportPayload } from "../generated/types.js";
import type { Graph } from "../graph.js";
import type { CallOptions, WriteOptions } from "../options.js";
import type { WriteResult } from "../write.js";

/** Agents: the configurators that bring the configuration to the Prometheus and Alertmanager hosts. */
export class Agents<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** All agents that have reported, with what each runs. */
  async list(options?: CallOptions): Promise<ReadonlyArray<Agent>> {
    return (await this.#graph.request(ListAgentsDocument, {}, options)).agents;
  }

  /** Tells the server what this agent runs. For tokens with the global role AGENT. */
  report<Throws extends boolean = ClientThrows>(
    input: AgentReportInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AgentReportPayload, "agent", Throws, false>> {
    return this.#graph.write(ReportAgentDocument, { input }, (data) => data.agentReport, ["agent"], options);
  }
}
