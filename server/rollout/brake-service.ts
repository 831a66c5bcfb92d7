import type { Caller } from "../access/caller.js";
import type { Act } from "../audit/change.js";
import { diffOf } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { NotFoundError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import type { Outcome } from "../graph/payload.js";
import type { UserError } from "../graph/user-error.js";
import type { Agent } from "./agent.js";
import type { AgentBrake, StoredBrake } from "./agent-brake.js";
import type { AgentRepository } from "./agent-repository.js";
import { BrakeRelease } from "./brake-release.js";
import type { BrakeReleaseRepository } from "./brake-release-repository.js";

/** How long after a confirmation other agents may come with the same deletion, and need none of their own. */
const coversMs = 3_600_000;
/** A confirmation is of use while an agent holds back what it confirms; nobody does for this long unnoticed. */
const keptMs = 90 * 24 * 3_600_000;

/** The deletions that agents hold back, and their confirmation by operators. */
export class BrakeService {
  constructor(
    private readonly agents: AgentRepository,
    private readonly releases: BrakeReleaseRepository,
    private readonly changes: ChangeLog,
    private readonly now: () => Date,
  ) {}

  /** The deletion that the agent holds back; null when it holds back none, or the caller may not know. */
  async brakeOf(caller: Caller, { brake }: Agent): Promise<AgentBrake | null> {
    if (brake === null || !caller.may("agent.readProblems")) return null;
    const release = await caller.loaders.for(this.releases.byId).load(brake.digest);
    const isReleased = release !== null && covers(release, brake);
    const { digest, revision, removals, names } = brake;
    return {
      ...{ digest, revision, removals, names, since: new Date(brake.since) },
      releasedAt: isReleased ? release.releasedAt : null,
      releasedBy: isReleased ? release.releasedBy : null,
    };
  }

  /** All agents that hold back this deletion. */
  async holders(caller: Caller, digest: string): Promise<readonly Agent[]> {
    caller.requireAnywhere("agent.read");
    return (await this.agents.list()).filter(({ brake }) => brake?.digest === digest);
  }

  /** Confirms the deletion that the agent holds back, if it still is the one with this digest, for all that hold it back. */
  release(caller: Caller, id: string, digest: string, dryRun: boolean): Promise<Outcome<Agent>> {
    requireId("agt", id);
    caller.require("agent.releaseBrake");
    return this.changes.once(
      caller,
      (known) => this.agents.find(known),
      (key) =>
        this.changes.alone(async () => {
          const agent = await this.agents.find(id);
          if (agent === null) throw new NotFoundError("Agent");
          if (agent.brake === null) return refused(nothingHeld);
          if (agent.brake.digest !== digest) return refused(another);
          const release = await this.releases.find(digest);
          const done = { subject: agent, diff: [], revision: null, userErrors: [] };
          if (release !== null && covers(release, agent.brake)) return done;
          const act = actOn(agent, agent.brake);
          const diff = diffOf(act.before, act.after);
          if (dryRun) return { ...done, subject: null, diff };
          const now = this.now();
          const { name } = caller.principal;
          const confirmed = Object.assign(new BrakeRelease(), { id: digest, releasedAt: now, releasedBy: name });
          await this.releases.put(confirmed, new Date(now.getTime() - keptMs));
          await this.changes.note(caller, [act], key);
          caller.loaders.clear();
          return { ...done, diff };
        }),
    );
  }
}

function covers({ releasedAt }: BrakeRelease, { since }: StoredBrake): boolean {
  return Date.parse(since) - releasedAt.getTime() <= coversMs;
}

function actOn({ id }: Agent, { digest, revision, removals, names }: StoredBrake): Act {
  const counts = Object.fromEntries(removals.map(({ kind, count }) => [kind, count]));
  const after = { confirmed: digest, ofRevision: revision, deletes: counts, names };
  return { action: "UPDATE", entityType: "Agent", entityId: id, projectId: null, before: null, after };
}

function refused(userError: UserError): Outcome<Agent> {
  return { subject: null, diff: [], revision: null, userErrors: [userError] };
}

const nothingHeld: UserError = {
  code: "CONFLICT",
  message: "The agent holds back no deletion: it was carried out, or what was deleted is there again.",
  path: ["id"],
};

const another: UserError = {
  code: "CONFLICT",
  message: "The agent holds back another deletion by now. Read `Agent.brake` again, then confirm that one.",
  path: ["digest"],
};
