import type { Caller, IdempotencyKey } from "../../access/caller.js";
import type { Change, Description } from "../../audit/change.js";
import { type ChangeLog, conflict } from "../../audit/change-log.js";
import { altered } from "../../core/database/stored.js";
import { NotFoundError } from "../../core/errors.js";
import { newId, requireId } from "../../core/ids.js";
import type { Outcome } from "../../graph/payload.js";
import type { UserError } from "../../graph/user-error.js";
import { describeProject } from "../../projects/describe-project.js";
import type { Project } from "../../projects/project.js";
import type { ProjectShards } from "../../projects/project-shards.js";
import type { Shards } from "../shards/shards.js";
import { ProjectMove } from "./project-move.js";
import type { ProjectMoveRepository } from "./project-move-repository.js";

/** One move of a plan: refused when the project is no longer where it was. */
export interface PlannedMove {
  readonly project: string;
  readonly from: string;
  readonly to: string;
}

/** How often what is asked for is tried again. */
const mostTries = 3;

/** Begins and ends moves of projects between shards, for operators. */
export class MoveService {
  constructor(
    private readonly moves: ProjectMoveRepository,
    private readonly projects: ProjectShards,
    private readonly shards: Shards,
    private readonly changes: ChangeLog,
    private readonly now: () => Date,
  ) {}

  /** The move with this id; null when it is over, or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<ProjectMove | null> {
    return caller.may("shard.read") ? caller.loaders.for(this.moves.byId).load(id) : null;
  }

  /** Where the project is being moved; null when it is not, or the caller may not know. */
  async ofProject(caller: Caller, { id }: Project): Promise<ProjectMove | null> {
    return caller.may("shard.read") ? caller.loaders.for(this.moves.byProject).load(id) : null;
  }

  /** All moves that are under way, the oldest first. */
  list(caller: Caller): Promise<readonly ProjectMove[]> {
    caller.require("shard.read");
    return this.moves.list();
  }

  /** Begins to move a project: both shards have it until the new one alerts as the old one does. */
  move(caller: Caller, id: string, shard: string, dryRun: boolean): Promise<Outcome<Project>> {
    return this.#act(caller, id, async (project, moving, key) => {
      const { change, mistake } = this.#beginning(caller, project, moving, { to: shard, path: ["shard"] });
      return { change, options: { dryRun, key, userErrors: mistake === null ? [] : [mistake] } };
    });
  }

  /** Takes a move back: the project stays where it was, and the new shard drops it. */
  cancel(caller: Caller, id: string, dryRun: boolean): Promise<Outcome<Project>> {
    return this.#act(caller, id, async (_, moving, key) => {
      if (moving === null) throw new NotFoundError("Move");
      const change = changeOf(moving, null, () => this.moves.remove(moving.id, moving.version));
      return { change, options: { dryRun, key, userErrors: [] } };
    });
  }

  /** Ends a move at once: the old shard drops the project, whatever the new one has of it. */
  force(caller: Caller, id: string, dryRun: boolean): Promise<Outcome<Project>> {
    return this.#act(caller, id, async (_, moving, key) => {
      if (moving === null) throw new NotFoundError("Move");
      return { change: this.arrival(moving), options: { dryRun, key, userErrors: [] } };
    });
  }

  /** Pins a project to a shard, to which it is moved if it is elsewhere; null leaves it to rebalances again. */
  pin(caller: Caller, id: string, shard: string | null, dryRun: boolean): Promise<Outcome<Project>> {
    return this.#act(caller, id, async (before, moving, key) => {
      const after = altered(before, { shardPin: shard });
      const change: Change = {
        entityType: "Project",
        projectId: before.id,
        before,
        after,
        describe: describeProject as Change["describe"],
        write: () => this.projects.pin(after, before.version),
      };
      const isThere = shard === null || (moving?.toShard ?? this.shards.of(before)) === shard;
      const unpinned = altered(before, { shardPin: null });
      const begin = isThere ? null : this.#beginning(caller, unpinned, moving, { to: shard, path: ["shard"] });
      const mistake = shard === null ? null : (this.#unknown(shard, ["shard"]) ?? begin?.mistake ?? null);
      const also = begin === null ? [] : [begin.change];
      return { change, also, options: { dryRun, key, userErrors: mistake === null ? [] : [mistake] } };
    });
  }

  /** Begins the moves of a plan, in one revision; all of them or, when one is no longer possible, none. */
  async moveAll(
    caller: Caller,
    planned: readonly PlannedMove[],
    dryRun: boolean,
  ): Promise<Pick<Outcome<Project>, "revision" | "userErrors">> {
    caller.require("shard.move");
    for (const [index, { project }] of planned.entries()) requireId("prj", project, pathOf(index, "project"));
    return this.changes.inTurn(caller, async (key) => {
      const projects = await this.projects.findMany(planned.map(({ project }) => project));
      const moving = new Map((await this.moves.list()).map((move) => [move.projectId, move]));
      const userErrors: UserError[] = [];
      const changes = planned.flatMap(({ from, to }, index) => {
        const project = projects[index];
        if (project == null) {
          userErrors.push({ code: "NOT_FOUND", message: "There is no such project.", path: pathOf(index, "project") });
          return [];
        }
        const path = pathOf(index, "to");
        const { change, mistake } = this.#beginning(caller, project, moving.get(project.id) ?? null, { to, path });
        const is = this.shards.of(project);
        if (is !== from) userErrors.push(movedMeanwhile(project.name, is, pathOf(index, "from")));
        else if (mistake !== null) userErrors.push(mistake);
        return [change];
      });
      const [first, ...also] = changes;
      if (first === undefined || userErrors.length > 0) return { revision: null, userErrors };
      return this.changes.commit(caller, first, { dryRun, key, userErrors }, also);
    });
  }

  /** The change that ends a move with the project in its new shard. */
  arrival(move: ProjectMove): Change<ProjectMove> {
    return changeOf(move, null, async () => {
      await this.moves.remove(move.id, move.version);
      await this.projects.put(move.projectId, move.toShard);
    });
  }

  /** The change that brings a move into its second phase. */
  settling(move: ProjectMove, leastSeconds: number): Change<ProjectMove> {
    const after = altered(move, { phase: "SETTLING", phaseSince: this.now(), leastSeconds });
    return changeOf(move, after, () => this.moves.replace(after, move.version));
  }

  async #act(
    caller: Caller,
    id: string,
    decide: (project: Project, moving: ProjectMove | null, key: IdempotencyKey | null) => Promise<Decision>,
  ): Promise<Outcome<Project>> {
    requireId("prj", id);
    caller.require("shard.move");
    return this.changes.once(
      caller,
      async () => this.projects.find(id),
      async (key) => {
        for (let left = mostTries; ; left--) {
          const project = await this.projects.find(id);
          if (project === null) throw new NotFoundError("Project");
          const [moving = null] = (await this.moves.list()).filter(({ projectId }) => projectId === id);
          const { change, also, options } = await decide(project, moving, key);
          const done = await this.changes.commit(caller, change, options, also);
          // A move goes on by itself, between being read and being written too.
          if (left > 0 && done.userErrors.includes(conflict)) continue;
          const subject = done.userErrors.length > 0 || options.dryRun ? null : await this.projects.find(id);
          return { ...done, subject };
        }
      },
    );
  }

  #beginning(
    caller: Caller,
    project: Project,
    moving: ProjectMove | null,
    { to, path }: { readonly to: string; readonly path: readonly string[] },
  ): { readonly change: Change<ProjectMove>; readonly mistake: UserError | null } {
    const fromShard = this.shards.of(project) ?? "";
    const move = Object.assign(new ProjectMove(), {
      id: newId("pmv"),
      projectId: project.id,
      fromShard,
      toShard: to,
      phase: "ARRIVING",
      phaseSince: this.now(),
      leastSeconds: null,
      requestedBy: caller.principal.name.slice(0, 255),
    });
    const change = changeOf(null, move, () => this.moves.insert(move));
    return { change, mistake: this.#unknown(to, path) ?? whyNot(project, moving, fromShard, to, path) };
  }

  #unknown(shard: string, path: readonly string[]): UserError | null {
    if (this.shards.find(shard) !== null) return null;
    if (this.shards.all.length === 0)
      return { code: "INVALID", message: "The server's settings have no shards: name them there first.", path };
    const names = this.shards.all.map(({ name }) => `"${name}"`).join(", ");
    return { code: "INVALID", message: `There is no such shard. There are ${names}.`, path };
  }
}

/** What is to be committed, and how. */
interface Decision {
  readonly change: Change;
  readonly also?: readonly Change[];
  readonly options: {
    readonly dryRun: boolean;
    readonly key: IdempotencyKey | null;
    readonly userErrors: readonly UserError[];
  };
}

function whyNot(
  { name, shardPin }: Project,
  moving: ProjectMove | null,
  from: string,
  to: string,
  path: readonly string[],
): UserError | null {
  if (moving !== null) {
    const message = `Project "${name}" is on its way to "${moving.toShard}" already. Wait for it, or take it back with projectMoveCancel.`;
    return { code: "CONFLICT", message, path };
  }
  if (from === to) return { code: "INVALID", message: `Project "${name}" is in this shard already.`, path };
  if (shardPin === null || shardPin === to) return null;
  const message = `Project "${name}" is pinned to "${shardPin}". Unpin it with projectShardPin, or pin it elsewhere.`;
  return { code: "POLICY", message, path };
}

function movedMeanwhile(name: string, shard: string | null, path: readonly string[]): UserError {
  const message = `Project "${name}" is in "${shard}" by now. Ask for another plan.`;
  return { code: "CONFLICT", message, path };
}

function changeOf(before: ProjectMove | null, after: ProjectMove | null, write: Change["write"]): Change<ProjectMove> {
  const projectId = (after ?? before)?.projectId ?? null;
  return { entityType: "ProjectMove", projectId, before, after, describe: describeMove, write, taken: movedAlready };
}

function describeMove({ fromShard: from, toShard: to, phase, leastSeconds, requestedBy }: ProjectMove): Description {
  return { from, to, phase, leastSeconds, requestedBy };
}

const movedAlready: UserError = {
  code: "CONFLICT",
  message: "Somebody else has begun to move the project in the same moment. Read it again.",
  path: ["id"],
};

function pathOf(index: number, field: string): string[] {
  return ["moves", String(index), field];
}
