import type { Caller } from "../access/caller.js";
import type { AuditService } from "../audit/audit-service.js";
import type { RevisionFeed } from "../audit/revision-feed.js";
import { BadUserInputError } from "../core/errors.js";
import { BatchSource } from "../core/loaders.js";
import type { PageRequest } from "../core/page.js";
import type { ProjectService } from "../projects/project-service.js";
import { Agent, type AgentOutput, type AgentState, isHeardOf } from "./agent.js";
import type { AgentRepository } from "./agent-repository.js";
import { type AgentRun, seenRevision, shownRun } from "./agent-run.js";
import { type ChangedProjectPage, changedProjects } from "./changed-project.js";
import type { Rollout, RolloutProblem, RolloutState } from "./rollout.js";

/** An agent that said nothing for this long was taken away; nobody waits for it any more. */
const forgottenMs = 24 * 60 * 60 * 1_000;

/** Something that changed at a revision, within a project. */
export interface RolledOut {
  readonly revision: number;
  readonly projectId: string;
  /** The outputs that it is rendered into. */
  readonly outputs: readonly AgentOutput[];
}

/** How configuration reaches the machines: what agents fetch, and how far each change has come. */
export class RolloutService {
  readonly #agents = new BatchSource<string, readonly Agent[]>(async (keys) => {
    const agents = await this.repository.list();
    return keys.map(() => agents);
  });

  constructor(
    private readonly repository: AgentRepository,
    private readonly projects: ProjectService,
    private readonly audit: AuditService,
    private readonly feed: RevisionFeed,
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

  /** The projects that changed after `sinceRevision`, tombstones too, oldest change first. */
  async changedProjects(caller: Caller, sinceRevision: number, page: PageRequest): Promise<ChangedProjectPage> {
    if (sinceRevision < 0) throw new BadUserInputError('"sinceRevision" must not be negative.', ["sinceRevision"]);
    // Read first: a change between the two reads is then in the page or newer than the revision, never missed.
    const revisions = await this.audit.revisions(caller);
    return changedProjects(await this.projects.changedSince(caller, sinceRevision, page), revisions);
  }

  /** The agent with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Agent | null> {
    return caller.mayAnywhere("agent.read") ? caller.loaders.for(this.repository.byId).load(id) : null;
  }

  async agents(caller: Caller): Promise<readonly Agent[]> {
    caller.requireAnywhere("agent.read");
    return caller.loaders.for(this.#agents).load("all");
  }

  state(agent: Agent): AgentState {
    return isHeardOf(agent, this.now()) ? agent.reportedState : "SILENT";
  }

  /** The agent's problems, those that the caller may not read left out. */
  problems(caller: Caller, agent: Agent): RolloutProblem[] {
    return agent.storedProblems
      .filter(({ projectId }) =>
        projectId === null ? caller.may("agent.readProblems") : caller.may("project.read", projectId),
      )
      .map(({ projectId, file, message, since }) => ({ agent, projectId, file, message, since: new Date(since) }));
  }

  /** What the agent's servers run, for those who may know where they are. */
  runs(caller: Caller, agent: Agent): readonly AgentRun[] {
    return caller.may("agent.readProblems") ? agent.storedRuns.map(shownRun) : [];
  }

  /** How far the last change of `subject` has come. */
  async rollout(caller: Caller, subject: RolledOut): Promise<Rollout> {
    const known = (await caller.loaders.for(this.#agents).load("all")).filter(
      (agent) => this.now().getTime() - agent.lastSeenAt.getTime() < forgottenMs,
    );
    const concerned = known.filter((agent) => agent.outputs.some((output) => subject.outputs.includes(output)));
    const problems = concerned.flatMap((agent) =>
      this.problems(caller, agent).filter(({ projectId }) => projectId === subject.projectId),
    );
    const agents = concerned.map((agent) => {
      const appliedRevision = seenRevision(agent.storedRuns, subject.outputs) ?? agent.appliedRevision;
      return { agent, appliedRevision, state: stateOn(agent, appliedRevision >= subject.revision, problems) };
    });
    return { revision: subject.revision, state: overall(agents.map(({ state }) => state)), agents, problems };
  }
}

function stateOn(agent: Agent, runs: boolean, problems: readonly RolloutProblem[]): RolloutState {
  if (problems.some((problem) => problem.agent === agent)) return "REFUSED";
  return runs ? "APPLIED" : "PENDING";
}

function overall(states: readonly RolloutState[]): RolloutState {
  if (states.includes("REFUSED")) return "REFUSED";
  return states.length > 0 && states.every((state) => state === "APPLIED") ? "APPLIED" : "PENDING";
}
