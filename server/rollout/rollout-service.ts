import type { Caller } from "../access/caller.js";
import type { AuditService } from "../audit/audit-service.js";
import type { RevisionFeed } from "../audit/revision-feed.js";
import { BadUserInputError, NotFoundError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import { BatchSource } from "../core/loaders.js";
import type { PageRequest } from "../core/page.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { Agent, AgentOutput, type AgentState, isHeardOf, type StoredProblem } from "./agent.js";
import type { AgentRepository } from "./agent-repository.js";
import { type AgentRun, seenRevision, shownRun } from "./agent-run.js";
import type { AgentWatch } from "./agent-watch.js";
import { type ChangedProjectPage, changedProjects } from "./changed-project.js";
import type { ProjectMoveRepository } from "./moves/project-move-repository.js";
import type { Rollout, RolloutProblem, RolloutState } from "./rollout.js";
import type { RolloutWaitArguments } from "./rollout-wait.js";
import type { Shards } from "./shards/shards.js";

/** An agent that said nothing for this long was taken away; nobody waits for it any more. */
const forgottenMs = 24 * 60 * 60 * 1_000;

/** Something that changed at a revision, within a project. */
export interface RolledOut {
  readonly revision: number;
  /** Null for a revision as a whole, as far as it is held up by what is no single project's. */
  readonly projectId: string | null;
  /** The outputs that it is rendered into. */
  readonly outputs: readonly AgentOutput[];
}

const allOutputs: readonly AgentOutput[] = Object.values(AgentOutput);
/** What is written of projects: an agent that writes nothing else keeps none of them waiting. */
export const outputsOfProjects: readonly AgentOutput[] = ["PROMETHEUS", "BLACKBOX", "ALERTMANAGER", "KARMA_ACL"];
const longestWaitSeconds = 25;

/** How configuration reaches the machines: what agents fetch, and how far each change has come. */
export class RolloutService {
  readonly #agents = new BatchSource<string, readonly Agent[]>(async (keys) => {
    const agents = await this.repository.list();
    return keys.map(() => agents);
  });

  readonly #revisions = new BatchSource<string, Awaited<ReturnType<RevisionFeed["newest"]>>>(async (keys) => {
    const revisions = await this.feed.newest();
    return keys.map(() => revisions);
  });

  constructor(
    private readonly repository: AgentRepository,
    private readonly projects: ProjectService,
    private readonly audit: AuditService,
    private readonly feed: RevisionFeed,
    private readonly watch: AgentWatch,
    private readonly shards: Shards,
    private readonly moves: Pick<ProjectMoveRepository, "list">,
    private readonly now: () => Date,
  ) {}

  async revision(caller: Caller): Promise<number> {
    return (await this.audit.revisions(caller)).value;
  }

  /** The newest revision, then each newer one, until the caller hangs up. */
  revisions(caller: Caller): AsyncIterable<number> {
    caller.require("change.read");
    return this.feed.revisions(caller.request.signal);
  }

  /** The projects that changed after `sinceRevision`, tombstones too, oldest change first; those of other shards as moved away. */
  async changedProjects(
    caller: Caller,
    sinceRevision: number,
    shard: string | null,
    page: PageRequest,
  ): Promise<ChangedProjectPage> {
    const problem = this.shards.problem(shard);
    if (problem !== null) throw new BadUserInputError(problem, ["shard"]);
    if (sinceRevision < 0) throw new BadUserInputError('"sinceRevision" must not be negative.', ["sinceRevision"]);
    // Read first: a change between the two reads is then in the page or newer than the revision, never missed.
    const revisions = await this.audit.revisions(caller);
    const arriving = new Set(
      shard === null
        ? []
        : (await this.moves.list()).flatMap((move) => (move.toShard === shard ? [move.projectId] : [])),
    );
    const isElsewhere = (project: Project) =>
      shard !== null && this.shards.of(project) !== shard && !arriving.has(project.id);
    return changedProjects(await this.projects.changedSince(caller, sinceRevision, page), revisions, isElsewhere);
  }

  /** The agent with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Agent | null> {
    return caller.mayAnywhere("agent.read") ? caller.loaders.for(this.repository.byId).load(id) : null;
  }

  async agents(caller: Caller): Promise<readonly Agent[]> {
    caller.requireAnywhere("agent.read");
    return caller.loaders.for(this.#agents).load("all");
  }

  /** The agents of a shard. */
  async agentsOf(caller: Caller, shard: string): Promise<readonly Agent[]> {
    return (await this.agents(caller)).filter((agent) => agent.shard === shard);
  }

  state(agent: Agent): AgentState {
    return isHeardOf(agent, this.now()) ? agent.reportedState : "SILENT";
  }

  /** The agent's problems, those that the caller may not read left out. */
  problems(caller: Caller, agent: Agent): RolloutProblem[] {
    return agent.storedProblems
      .filter(({ projectId }) => mayRead(caller, projectId))
      .map((problem) => shownProblem(agent, problem));
  }

  /** Those of one project, or of none: an agent may have thousands, of which a page of projects asks once for each. */
  #problemsOf(caller: Caller, agent: Agent, of: string | null): readonly RolloutProblem[] {
    if (!mayRead(caller, of)) return [];
    return agent.storedProblems
      .filter(({ projectId }) => projectId === of)
      .map((problem) => shownProblem(agent, problem));
  }

  /** The agent that this one waits for; null when it waits for none. */
  async waitsFor(caller: Caller, { waitsForName }: Agent): Promise<Agent | null> {
    if (waitsForName === null) return null;
    return (await caller.loaders.for(this.#agents).load("all")).find(({ name }) => name === waitsForName) ?? null;
  }

  /** By how many revisions the agent is behind the newest one; null for who may not know how many there are. */
  async revisionsBehind(caller: Caller, { appliedRevision }: Agent): Promise<number | null> {
    if (!caller.may("change.read")) return null;
    const { value } = await caller.loaders.for(this.#revisions).load("newest");
    return Math.max(0, value - appliedRevision);
  }

  /** What the agent's servers run, for those who may know where they are. */
  runs(caller: Caller, agent: Agent): readonly AgentRun[] {
    return caller.may("agent.readProblems") ? agent.storedRuns.map(shownRun) : [];
  }

  /** How far the last change of `subject` has come. */
  async rollout(caller: Caller, subject: RolledOut): Promise<Rollout> {
    const shard = await this.#shardOf(caller, subject);
    return this.#rolloutOn(await caller.loaders.for(this.#agents).load("all"), caller, subject, shard);
  }

  /** How far a revision has come, once it has come to its end or the time is over. */
  async waitFor(caller: Caller, { revision, project, timeoutSeconds }: RolloutWaitArguments): Promise<Rollout> {
    caller.requireAnywhere("agent.read");
    if (project != null) {
      requireId("prj", project, ["project"]);
      caller.requireIn(project, "project.read", "Project");
      if ((await this.projects.find(caller, project)) === null) throw new NotFoundError("Project");
    }
    if (revision < 0) throw new BadUserInputError('"revision" must not be negative.', ["revision"]);
    if (timeoutSeconds < 0 || timeoutSeconds > longestWaitSeconds) {
      throw new BadUserInputError(`"timeoutSeconds" must be 0 to ${longestWaitSeconds}.`, ["timeoutSeconds"]);
    }
    const outputs = project == null ? allOutputs : outputsOfProjects;
    const subject = { revision, projectId: project ?? null, outputs };
    const shard = await this.#shardOf(caller, subject);
    return this.watch.until(
      (agents) => {
        const value = this.#rolloutOn(agents, caller, subject, shard);
        return { value, isFinal: value.agents.length > 0 && value.state !== "PENDING" };
      },
      timeoutSeconds * 1_000,
      caller.request.signal,
      caller.principal.id,
    );
  }

  /** The shard that alone writes the subject; null when it is no project's, or there are none. */
  async #shardOf(caller: Caller, { projectId }: RolledOut): Promise<string | null> {
    if (projectId === null || this.shards.all.length === 0) return null;
    const project = await this.projects.find(caller, projectId);
    return project === null ? null : this.shards.of(project);
  }

  #rolloutOn(all: readonly Agent[], caller: Caller, subject: RolledOut, shard: string | null): Rollout {
    const known = all.filter((agent) => this.now().getTime() - agent.lastSeenAt.getTime() < forgottenMs);
    const concerned = known.filter(
      (agent) =>
        agent.outputs.some((output) => subject.outputs.includes(output)) &&
        // One of another shard writes nothing of the project, and must not keep it waiting.
        (shard === null || agent.shard === null || agent.shard === shard),
    );
    const problems = concerned.flatMap((agent) => this.#problemsOf(caller, agent, subject.projectId));
    const agents = concerned.map((agent) => {
      const appliedRevision = seenRevision(agent.storedRuns, subject.outputs) ?? agent.appliedRevision;
      return { agent, appliedRevision, state: stateOn(agent, appliedRevision, subject.revision, problems) };
    });
    return { revision: subject.revision, state: overall(agents.map(({ state }) => state)), agents, problems };
  }
}

function mayRead(caller: Caller, projectId: string | null): boolean {
  return projectId === null ? caller.may("agent.readProblems") : caller.may("project.read", projectId);
}

function shownProblem(agent: Agent, { projectId, file, message, since }: StoredProblem): RolloutProblem {
  return { agent, projectId, file, message, since: new Date(since) };
}

function stateOn(
  agent: Agent,
  appliedRevision: number,
  revision: number,
  problems: readonly RolloutProblem[],
): RolloutState {
  if (hasTried(agent, revision) && problems.some((problem) => problem.agent === agent)) return "REFUSED";
  return appliedRevision >= revision ? "APPLIED" : "PENDING";
}

/** Whether what is wrong on the agent can be about this revision: an older problem may be gone with it. */
function hasTried({ reportedState, fetchedRevision, checkedRevision }: Agent, revision: number): boolean {
  if (fetchedRevision === null || checkedRevision === null || checkedRevision >= revision) return true;
  return reportedState === "FAILED" && fetchedRevision >= revision;
}

function overall(states: readonly RolloutState[]): RolloutState {
  if (states.includes("REFUSED")) return "REFUSED";
  return states.length > 0 && states.every((state) => state === "APPLIED") ? "APPLIED" : "PENDING";
}
