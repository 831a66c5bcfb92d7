import { type Agent, type AgentOutput, isHeardOf } from "./agent.js";

/** Whether an agent may apply a revision now; if not, which agent it waits for and why. */
export type Turn =
  | { readonly mayGo: true }
  | { readonly mayGo: false; readonly waitsFor: Agent; readonly reason: string };

const go: Turn = { mayGo: true };

/**
 * Whose turn it is: of the agents that write the same output for the same shard, one goes first, the canary, and the others
 * follow once its processes run the revision. What the canary refuses, or what its processes died over, reaches no other.
 */
export class Canaries {
  constructor(
    /** Names of agents that go first, the first of them that is there; else it is the first by name. */
    private readonly preferred: readonly string[],
    private readonly now: () => Date,
  ) {}

  /** Whether `agent` may apply `revision`, as all agents last reported. */
  turn(agent: Agent, revision: number, agents: readonly Agent[]): Turn {
    for (const output of agent.outputs) {
      const canary = this.of(agent, output, agents);
      if (canary === undefined || canary.id === agent.id || hasPassed(canary, revision)) continue;
      return { mayGo: false, waitsFor: canary, reason: reasonOf(canary, revision) };
    }
    return go;
  }

  /** The agent that goes first with an output of the agent's shard: one that is heard of, and was not already down before. */
  of({ shard }: Pick<Agent, "shard">, output: AgentOutput, agents: readonly Agent[]): Agent | undefined {
    const now = this.now();
    const candidates = agents.filter(
      (one) => one.shard === shard && one.outputs.includes(output) && isHeardOf(one, now) && !wasAway(one),
    );
    const rank = ({ name }: Agent) => {
      const place = this.preferred.indexOf(name);
      return place === -1 ? this.preferred.length : place;
    };
    return candidates.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))[0];
  }
}

/** Whether the others need not wait for it: its processes run the revision, or an operator has said so. */
function hasPassed({ appliedRevision, passedRevision }: Agent, revision: number): boolean {
  return appliedRevision >= revision || (passedRevision ?? 0) >= revision;
}

/** Whether its processes were away already when it was given the turn that it has not ended: nothing can be learned of it. */
function wasAway({ tookTurnAway, turnRevision, appliedRevision }: Agent): boolean {
  return tookTurnAway === true && appliedRevision < (turnRevision ?? 0);
}

function reasonOf({ name, reportedState }: Agent, revision: number): string {
  return reportedState === "FAILED"
    ? `Agent "${name}" goes first, and revision ${revision} failed there: its problems say why. An operator can let the others go on with agentTurnRelease.`
    : `Agent "${name}" goes first, and does not run revision ${revision} yet.`;
}
