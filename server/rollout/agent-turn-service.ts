import type { Caller } from "../access/caller.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { RevisionFeed } from "../audit/revision-feed.js";
import { BadUserInputError, NotFoundError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import { UserErrors } from "../graph/user-error.js";
import type { Agent } from "./agent.js";
import type { AgentRepository } from "./agent-repository.js";
import type { AgentTurnInput, AgentTurnPayload, AgentTurnReleaseInput, AgentTurnReleasePayload } from "./agent-turn.js";
import type { AgentWatch } from "./agent-watch.js";
import { type Canaries, renderingProblem, type Turn } from "./canary.js";

const longestWaitSeconds = 25;

/** Gives agents their turns. */
export class AgentTurnService {
  constructor(
    private readonly repository: AgentRepository,
    private readonly feed: RevisionFeed,
    private readonly changes: ChangeLog,
    private readonly canaries: Canaries,
    private readonly watch: AgentWatch,
  ) {}

  /** Whether the agent may apply the revision; the question waits a while for a yes. */
  async take(caller: Caller, input: AgentTurnInput): Promise<AgentTurnPayload> {
    caller.require("agent.report");
    const { waitSeconds, rendering } = input;
    const problem = renderingProblem(rendering);
    if (problem !== null) throw new BadUserInputError(`"rendering" must be ${problem}`, ["input", "rendering"]);
    if (waitSeconds < 0 || waitSeconds > longestWaitSeconds) {
      throw new BadUserInputError(`"waitSeconds" must be 0 to ${longestWaitSeconds}.`, ["input", "waitSeconds"]);
    }
    const turn = await this.watch.until(
      (agents) => {
        const agent = agents.find(({ name }) => name === input.name);
        const value = isSame(agent, input) ? this.canaries.turn(agent, input, agents) : null;
        return { value, isFinal: value === null || value.mayGo };
      },
      waitSeconds * 1_000,
      caller.request.signal,
      null,
    );
    if (turn === null) return this.#unknown(input);
    const errors = new UserErrors();
    if (!turn.mayGo) return { mayGo: false, waitsFor: turn.waitsFor, reason: turn.reason, userErrors: errors.list };
    return (await this.#give(input)) ? { ...given, userErrors: errors.list } : this.#unknown(input);
  }

  /** Lets the others go on; only operators. */
  async release(caller: Caller, input: AgentTurnReleaseInput): Promise<AgentTurnReleasePayload> {
    caller.require("agent.administer");
    requireId("agt", input.agent, ["input", "agent"]);
    const errors = new UserErrors();
    const { value: newest } = await this.feed.newest();
    if (input.revision < 1 || input.revision > newest) {
      errors.add("INVALID", `A revision that there is: 1 to ${newest}.`, ["input", "revision"]);
      return { agent: null, userErrors: errors.list };
    }
    const agent = await this.repository.change(input.agent, ({ passedRevision }) => ({
      passedRevision: Math.max(passedRevision ?? 0, input.revision),
    }));
    if (agent === null) throw new NotFoundError("Agent");
    const subject = { entityType: "Agent", entityId: agent.id, projectId: null };
    const after = { passedRevision: agent.passedRevision };
    await this.changes.note(caller, [{ action: "UPDATE", ...subject, before: null, after }], null);
    this.watch.publish();
    return { agent, userErrors: errors.list };
  }

  /** Remembers the turn, so that what its processes die over holds the others back. */
  #give({ name, instanceId, revision, rendering = null, isAway }: AgentTurnInput): Promise<Agent | null> {
    return this.repository.report(name, (earlier) => {
      if (earlier === null || !isSame(earlier, { instanceId })) return null;
      const isSameTurn = earlier.turnRevision === revision && earlier.turnRendering === rendering;
      // Asked again after it has died over the revision, it was not away when it began.
      const tookTurnAway = isSameTurn ? earlier.tookTurnAway : isAway;
      return Object.assign(earlier, { turnRevision: revision, turnRendering: rendering, tookTurnAway });
    });
  }

  #unknown({ name }: AgentTurnInput): AgentTurnPayload {
    const errors = new UserErrors();
    errors.add("TAKEN", `No agent "${name}" of this instance has reported: report first.`, ["input", "name"]);
    return { mayGo: false, waitsFor: null, reason: null, userErrors: errors.list };
  }
}

const given = { mayGo: true, waitsFor: null, reason: null } satisfies Partial<AgentTurnPayload> & Partial<Turn>;

function isSame(agent: Agent | undefined, { instanceId }: { readonly instanceId: string }): agent is Agent {
  return agent !== undefined && agent.instanceId === instanceId;
}
