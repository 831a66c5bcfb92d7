import type { Caller } from "../../access/caller.js";
import { BatchSource } from "../../core/loaders.js";
import type { Agent } from "../agent.js";
import type { AgentRepository } from "../agent-repository.js";
import { judgeMove } from "./judge-move.js";
import type { ProjectMove } from "./project-move.js";

/** Tells what moves wait for; the agents are read once for all moves of a request. */
export class MoveWaits {
  readonly #agents = new BatchSource<string, readonly Agent[]>(async (keys) => {
    const agents = await this.agents.list();
    return keys.map(() => agents);
  });

  constructor(
    private readonly agents: AgentRepository,
    private readonly now: () => Date,
  ) {}

  async of(caller: Caller, move: ProjectMove): Promise<string | null> {
    return judgeMove(move, await caller.loaders.for(this.#agents).load("all"), this.now()).waitsFor;
  }
}
