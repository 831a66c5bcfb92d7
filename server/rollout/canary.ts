import { type Agent, type AgentOutput, isHeardOf } from "./agent.js";

/** Whether an agent may apply a revision now; if not, which agent it waits for and why. */
export type Turn =
  | { readonly mayGo: true }
  | { readonly mayGo: false; readonly waitsFor: Agent; readonly reason: string };

/** What is to be applied. */
export interface TurnStep {
  readonly revision: number;
  /** By what of the server's settings it is rendered: they change without a revision. Absent when that is not known. */
  readonly rendering?: string | null;
}

const go: Turn = { mayGo: true };

/**
 * Whose turn it is: of the agents that write the same output for the same shard, one goes first, the canary, and the others
 * follow once its processes run the revision, and rendered alike. What the canary refuses, or what its processes died over,
 * reaches no other.
 */
export class Canaries {
  constructor(
    /** Names of agents that go first, the first of them that is there; else it is the first by name. */
    private readonly preferred: readonly string[],
    private readonly now: () => Date,
  ) {}

  /** Whether `agent` may apply this, as all agents last reported. */
  turn(agent: Agent, step: TurnStep, agents: readonly Agent[]): Turn {
    for (const output of agent.outputs) {
      const canary = this.of(agent, output, agents);
      if (canary === undefined || canary.id === agent.id || hasPassed(canary, agent, step)) continue;
      return { mayGo: false, waitsFor: canary, reason: reasonOf(canary, step) };
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

/** Whether others need not wait for it: its processes run the revision, rendered alike, or an operator has said so. */
function hasPassed(canary: Agent, agent: Agent, { revision, rendering }: TurnStep): boolean {
  if ((canary.passedRevision ?? 0) >= revision) return true;
  // What two versions of the program call a rendering cannot be compared.
  const isComparable = canary.rendering !== null && rendering != null && canary.agentVersion === agent.agentVersion;
  return canary.appliedRevision >= revision && (!isComparable || canary.rendering === rendering);
}

/** Whether its processes were away already when it was given the turn that it has not ended: nothing can be learned of it. */
function wasAway(agent: Agent): boolean {
  return agent.tookTurnAway === true && !hasEndedTurn(agent, agent);
}

/** Whether what an agent says that its processes run is what it was last given the turn for. */
export function hasEndedTurn(
  { turnRevision, turnRendering }: Pick<Agent, "turnRevision" | "turnRendering">,
  { appliedRevision, rendering }: { readonly appliedRevision: number; readonly rendering?: string | null },
): boolean {
  return appliedRevision >= (turnRevision ?? 0) && (turnRendering === null || rendering === turnRendering);
}

function reasonOf({ name, reportedState, appliedRevision }: Agent, { revision }: TurnStep): string {
  if (reportedState === "FAILED") {
    return `Agent "${name}" goes first, and revision ${revision} failed there: its problems say why. An operator can let the others go on with agentTurnRelease.`;
  }
  const runs = appliedRevision >= revision ? `runs revision ${revision} as it was rendered before` : undefined;
  return `Agent "${name}" goes first, and ${runs ?? `does not run revision ${revision} yet`}.`;
}

/** What is wrong with what an agent calls a rendering; null when nothing is. */
export function renderingProblem(rendering: string | null | undefined): string | null {
  return rendering == null || /^[0-9a-f]{1,64}$/.test(rendering) ? null : "1 to 64 hexadecimal digits.";
}
