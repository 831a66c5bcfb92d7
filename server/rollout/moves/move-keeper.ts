import type { Caller } from "../../access/caller.js";
import type { ChangeLog } from "../../audit/change-log.js";
import type { Log } from "../../core/log.js";
import type { ProjectShards } from "../../projects/project-shards.js";
import type { SettlingTimes } from "../../rules/settling-time.js";
import type { AgentRepository } from "../agent-repository.js";
import { judgeMove } from "./judge-move.js";
import type { MoveService } from "./move-service.js";
import type { ProjectMove } from "./project-move.js";
import type { ProjectMoveRepository } from "./project-move-repository.js";

/**
 * Brings moves on, as agents report. Each step is a change that one of several servers makes: the row's version keeps another
 * from making it as well, so that no server need be chosen, and one that starts goes on where the last one was.
 */
export class MoveKeeper {
  constructor(
    private readonly moves: ProjectMoveRepository,
    private readonly agents: AgentRepository,
    private readonly projects: Pick<ProjectShards, "findMany">,
    private readonly service: MoveService,
    private readonly settling: SettlingTimes,
    private readonly changes: ChangeLog,
    private readonly mostSeconds: number,
    private readonly log: Pick<Log, "error">,
    private readonly now: () => Date,
  ) {}

  /** Makes each step that is due; what keeps one project from it keeps no other. */
  async advance(caller: Caller): Promise<void> {
    const moves = await this.moves.list();
    if (moves.length === 0) return;
    const [agents, projects] = await Promise.all([
      this.agents.list(),
      this.projects.findMany(moves.map(({ projectId }) => projectId)),
    ]);
    for (const [index, move] of moves.entries()) {
      try {
        const project = projects[index] ?? null;
        if (project === null) {
          await this.#forget(move);
          continue;
        }
        if (judgeMove(move, agents, this.now()).waitsFor !== null) continue;
        const isThere = move.phase === "ARRIVING";
        const change = isThere
          ? this.service.settling(
              move,
              Math.min(this.mostSeconds, Math.ceil((await this.settling.of(project)) / 1_000)),
            )
          : this.service.arrival(move);
        await this.changes.commit(caller, change, { dryRun: false, key: null, userErrors: [] });
      } catch (error) {
        this.log.error({ err: error, move: move.id }, "A project's move to another shard cannot go on");
      }
    }
  }

  /** That of a project which was deleted: its agents hear of that anyway. */
  async #forget({ id, version }: ProjectMove): Promise<void> {
    await this.changes.alone(() => this.moves.remove(id, version));
  }
}
