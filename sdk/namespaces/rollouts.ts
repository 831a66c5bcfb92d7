import { Deadline } from "../deadline.js";
import { GetRolloutDocument, WaitForRolloutDocument } from "../generated/documents.js";
import type { Rollout } from "../generated/types.js";
import { type Graph, requireNode } from "../graph.js";
import type { CallOptions } from "../options.js";
import { wait } from "../retry.js";

/** What to wait for. */
export interface RolloutOfRevision {
  /** The revision that a change's payload names. */
  readonly revision: number;
  /** Only what is written of this project, by its id. */
  readonly project?: string | undefined;
}

/** How to wait for a rollout. */
export interface WaitForRolloutOptions extends CallOptions {
  /** The longest wait, in milliseconds. @default 60000 */
  readonly timeoutMs?: number | undefined;
  /** How long to wait between two looks at an object's rollout, in milliseconds; the server tells of revisions by itself. @default 500 */
  readonly intervalMs?: number | undefined;
}

/** Below the time that one request may take. */
const longestHeldSeconds = 20;

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
   * The rollout of an object, by its id, or of a revision, once it is not pending any more: it runs on every agent, or an
   * agent refused it, which `state` and `problems` tell. Rejects with a `TimeoutError` when that takes too long.
   */
  async wait(of: string | RolloutOfRevision, options: WaitForRolloutOptions = {}): Promise<Rollout> {
    const { timeoutMs = 60_000, intervalMs = 500, signal, ...call } = options;
    const deadline = new Deadline(timeoutMs, signal, "the change has not reached all agents");
    try {
      for (;;) {
        const looking = { ...call, signal: deadline.signal };
        const rollout = await (typeof of === "string"
          ? this.get(of, looking)
          : this.#held(of, deadline.remainingMs, looking));
        if (rollout.state !== "PENDING") return rollout;
        if (typeof of === "string") await wait(intervalMs, deadline.signal);
        deadline.signal.throwIfAborted();
      }
    } catch (error) {
      deadline.throwIfOver();
      throw error;
    } finally {
      deadline.close();
    }
  }

  /** The server holds the question until there is more to tell. */
  async #held(of: RolloutOfRevision, remainingMs: number, options: CallOptions): Promise<Rollout> {
    const timeoutSeconds = Math.min(longestHeldSeconds, Math.ceil(remainingMs / 1_000));
    const { waitForRollout } = await this.#graph.request(WaitForRolloutDocument, { ...of, timeoutSeconds }, options);
    return waitForRollout;
  }
}
