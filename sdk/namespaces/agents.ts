import { ListAgentsDocument, ReleaseAgentBrakeDocument, ReportAgentDocument } from "../generated/documents.js";
import type { Agent, AgentBrakeReleasePayload, AgentReportInput, AgentReportPayload } from "../generated/types.js";
import type { Graph } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, WriteOptions } from "../options.js";
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

  /**
   * Confirms the deletion that an agent holds back, for all agents that hold back the same one: give the `digest` of its `brake`
   * that you have looked at.
   */
  releaseBrake<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    digest: string,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<AgentBrakeReleasePayload, "agent", Throws, Dry>> {
    const variables = { id, digest, dryRun: options?.dryRun };
    return this.#graph.write(
      ReleaseAgentBrakeDocument,
      variables,
      (data) => data.agentBrakeRelease,
      ["agent"],
      options,
    );
  }

  /** Tells the server what this agent runs. For tokens with the global role AGENT. */
  report<Throws extends boolean = ClientThrows>(
    input: AgentReportInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AgentReportPayload, "agent", Throws, false>> {
    return this.#graph.write(ReportAgentDocument, { input }, (data) => data.agentReport, ["agent"], options);
  }
}
