import { Deadline } from "../deadline.js";
import { GetRolloutDocument } from "../generated/documents.js";
import type { Rollout } from "../generated/types.js";
import { type Graph, requireNode } from "../graph.js";
import type { CallOptions } from "../options.js";
import { wait } from "../retry.js";

/** How to wait for a rollout. */
export interface WaitForRolloutOptions extends CallOptions {
  /** The longest wait, in milliseconds. @default 60000 */
  readonly timeoutMs?: number | undefined;
  /** How long to wait between two looks, in milliseconds. @default 500 */
  readonly intervalMs?: number | undefined;
}

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

  /**
   * The same once it is not pending any more: it runs on every agent, or an agent refused it, which `state` and `problems`
   * tell. Rejects with a `TimeoutError` when that takes too long.
   */
  async wait(of: string, options: WaitForRolloutOptions = {}): Promise<Rollout> {
    const { timeoutMs = 60_000, intervalMs = 500, signal, ...call } = options;
    const deadline = new Deadline(timeoutMs, signal, "the change has not reached all agents");
    try {
      for (;;) {
        const rollout = await this.get(of, { ...call, signal: deadline.signal });
        if (rollout.state !== "PENDING") return rollout;
        await wait(intervalMs, deadline.signal);
      }
    } catch (error) {
      deadline.throwIfOver();
      throw error;
    } finally {
      deadline.close();
    }
  }
}
