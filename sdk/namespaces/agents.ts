import {
  DeleteAgentDocument,
  ListAgentsDocument,
  ReleaseAgentBrakeDocument,
  ReleaseAgentTurnDocument,
  ReportAgentDocument,
  TakeAgentTurnDocument,
} from "../generated/documents.js";
import type {
  Agent,
  AgentBrakeReleasePayload,
  AgentDeletePayload,
  AgentReportInput,
  AgentReportPayload,
  AgentTurnInput,
  AgentTurnPayload,
  AgentTurnReleaseInput,
  AgentTurnReleasePayload,
} from "../generated/types.js";
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

  /** Asks whether this agent may apply a revision, or another goes first. For tokens with the global role AGENT. */
  takeTurn<Throws extends boolean = ClientThrows>(
    input: AgentTurnInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AgentTurnPayload, never, Throws, false>> {
    return this.#graph.write(TakeAgentTurnDocument, { input }, (data) => data.agentTurn, [], options);
  }

  /** Lets the others go on that wait for an agent which goes first and does not get there. For operators. */
  releaseTurn<Throws extends boolean = ClientThrows>(
    input: AgentTurnReleaseInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AgentTurnReleasePayload, "agent", Throws, false>> {
    return this.#graph.write(ReleaseAgentTurnDocument, { input }, (data) => data.agentTurnRelease, ["agent"], options);
  }

  /** Forgets an agent that is gone for good. For operators. */
  delete<Throws extends boolean = ClientThrows>(
    id: string,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<AgentDeletePayload, "deletedId", Throws, false>> {
    return this.#graph.write(DeleteAgentDocument, { id }, (data) => data.agentDelete, ["deletedId"], options);
  }
}
