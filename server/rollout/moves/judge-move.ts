import { type Agent, isHeardOf } from "../agent.js";
import { seenRevision } from "../agent-run.js";
import type { ProjectMove } from "./project-move.js";

/** What a move waits for before its next step, in its reader's words; null when that is due. */
export interface MoveJudgement {
  readonly waitsFor: string | null;
}

/** Whether the next step of a move is due, by what the agents last reported. */
export function judgeMove(move: ProjectMove, agents: readonly Agent[], now: Date): MoveJudgement {
  const { projectId, fromShard, toShard, phase, phaseSince, leastSeconds, revision } = move;
  const of = (shard: string) =>
    agents.filter((agent) => agent.shard === shard && agent.outputs.includes("PROMETHEUS") && isHeardOf(agent, now));
  const there = of(toShard);
  if (there.length === 0) return { waitsFor: `No agent of shard "${toShard}" that writes for Prometheus is heard of.` };
  // The revision of the first phase is passed by that of the second, which changes nothing on the machines.
  const late = phase === "ARRIVING" ? there.find((agent) => runs(agent) < revision) : undefined;
  if (late !== undefined) return { waitsFor: `Agent "${late.name}" has not loaded the project yet.` };
  const known = new Set(of(fromShard).flatMap((agent) => messagesOf(agent, projectId)));
  for (const agent of there) {
    const message = messagesOf(agent, projectId).find((each) => !known.has(each));
    if (message !== undefined) {
      return { waitsFor: `Agent "${agent.name}" says what those of the old shard do not: ${message}` };
    }
  }
  const leftMs = phase === "ARRIVING" ? 0 : phaseSince.getTime() + (leastSeconds ?? 0) * 1_000 - now.getTime();
  if (leftMs > 0) return { waitsFor: `Its alerts settle for another ${Math.ceil(leftMs / 1_000)} s.` };
  return { waitsFor: null };
}

function runs({ storedRuns, appliedRevision }: Agent): number {
  return seenRevision(storedRuns, ["PROMETHEUS"]) ?? appliedRevision;
}

function messagesOf({ storedProblems }: Agent, project: string): readonly string[] {
  return storedProblems.flatMap(({ projectId, message }) => (projectId === project ? [message] : []));
}
