import type { Caller } from "../access/caller.js";
import { newId, requireId } from "../core/ids.js";
import { checkName } from "../core/names.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { Agent, isHeardOf, type StoredProblem } from "./agent.js";
import type { AgentReportInput, RolloutProblemInput } from "./agent-input.js";
import type { AgentRepository } from "./agent-repository.js";
import { serverProblem, storedRun } from "./agent-run.js";
import type { AgentWatch } from "./agent-watch.js";
import { hasEndedTurn, renderingProblem } from "./canary.js";
import type { Shards } from "./shards/shards.js";
import { checkBrake, storedBrake } from "./stored-brake.js";

/** What came of a report. */
export interface ReportOutcome {
  readonly agent: Agent | null;
  readonly userErrors: readonly UserError[];
}

const mostAgents = 1_000;
const mostProblems = 10_000;
const mostRuns = 1_000;
const mostMessageLength = 2_000;

/** Takes the agents' reports. */
export class AgentReportService {
  constructor(
    private readonly repository: AgentRepository,
    private readonly watch: AgentWatch,
    private readonly shards: Shards,
    private readonly now: () => Date,
  ) {}

  /** Stores what the agent reports; refused as TAKEN while another live agent has its name. */
  async report(caller: Caller, input: AgentReportInput): Promise<ReportOutcome> {
    caller.require("agent.report");
    input.problems.forEach(({ project }, index) => {
      if (project != null) requireId("prj", project, ["input", "problems", String(index), "project"]);
    });
    const errors = checked(input);
    errors.check(this.shards.problem(input.shard), ["input", "shard"]);
    if (errors.any) return { agent: null, userErrors: errors.list };
    const now = this.now();
    // A name that is made up anew for each report must not fill the table.
    const isFull = (await this.repository.countAll()) >= mostAgents;
    const agent = await this.repository.report(input.name, (earlier) => {
      if (earlier === null && isFull) {
        errors.add("LIMIT", `There are ${mostAgents} agents already. Delete those that are gone with agentDelete.`, [
          "input",
          "name",
        ]);
        return null;
      }
      const isAnother = earlier !== null && earlier.instanceId !== input.instanceId && isHeardOf(earlier, now);
      if (!isAnother) return reported(input, earlier, now);
      const seconds = Math.round((now.getTime() - earlier.lastSeenAt.getTime()) / 1_000);
      errors.add(
        "TAKEN",
        `Another agent of this name reported ${seconds} s ago from ${earlier.hostname}. Each agent needs a name of its own.`,
        ["input", "name"],
      );
      return null;
    });
    if (agent !== null) this.watch.publish();
    return { agent, userErrors: errors.list };
  }
}

function reported(input: AgentReportInput, earlier: Agent | null, now: Date): Agent {
  const since = new Map(earlier?.storedProblems.map((problem) => [identityOf(problem), problem.since]));
  return Object.assign(new Agent(), {
    id: earlier?.id ?? newId("agt"),
    name: input.name,
    instanceId: input.instanceId,
    hostname: input.hostname,
    agentVersion: input.agentVersion,
    outputs: [...new Set(input.outputs)],
    appliedRevision: input.appliedRevision,
    storedRuns: input.runs.map(storedRun),
    reportedState: input.state,
    reportIntervalSeconds: input.reportIntervalSeconds,
    lastSeenAt: now,
    lastApplyAt: input.lastApplyAt ?? null,
    shard: input.shard ?? null,
    fetchedRevision: input.fetchedRevision ?? null,
    checkedRevision: input.checkedRevision ?? null,
    unlistedCount: input.unlistedProblems,
    waitsForName: input.waitsFor ?? null,
    turnRevision: earlier?.turnRevision ?? null,
    // Later it may run something else without a turn.
    tookTurnAway: earlier === null || hasEndedTurn(earlier, input) ? null : earlier.tookTurnAway,
    passedRevision: earlier?.passedRevision ?? null,
    rendering: input.rendering ?? null,
    turnRendering: earlier?.turnRendering ?? null,
    storedProblems: input.problems.map((problem) => stored(problem, since, now)),
    brake: storedBrake(input.brake, earlier?.brake ?? null, now),
  });
}

/** A problem that was reported before keeps its beginning. */
function stored(problem: RolloutProblemInput, since: ReadonlyMap<string, string>, now: Date): StoredProblem {
  const message = problem.message.slice(0, mostMessageLength);
  const told = { projectId: problem.project ?? null, file: problem.file ?? null, message };
  return { ...told, since: since.get(identityOf(told)) ?? now.toISOString() };
}

function identityOf({ projectId, file, message }: Omit<StoredProblem, "since">): string {
  return JSON.stringify([projectId, file, message]);
}

function checked(input: AgentReportInput): UserErrors {
  const errors = new UserErrors();
  errors.check(checkName(input.name), ["input", "name"]);
  errors.check(/^[\w-]{1,64}$/.test(input.instanceId) ? null : "1 to 64 letters, digits, `_` or `-`.", [
    "input",
    "instanceId",
  ]);
  errors.check(checkName(input.hostname), ["input", "hostname"]);
  errors.check(/^[\w.+-]{1,40}$/.test(input.agentVersion) ? null : "1 to 40 characters of a version.", [
    "input",
    "agentVersion",
  ]);
  errors.check(input.appliedRevision >= 0 ? null : "A revision is not negative.", ["input", "appliedRevision"]);
  errors.check(input.state === "SILENT" ? "An agent that reports is not silent." : null, ["input", "state"]);
  for (const key of ["fetchedRevision", "checkedRevision", "unlistedProblems"] as const) {
    errors.check((input[key] ?? 0) >= 0 ? null : "A number that is not negative.", ["input", key]);
  }
  for (const key of ["shard", "waitsFor"] as const) {
    errors.check(input[key] == null ? null : checkName(input[key]), ["input", key]);
  }
  errors.check(renderingProblem(input.rendering), ["input", "rendering"]);
  errors.check((input.shard?.length ?? 0) <= 63 ? null : "At most 63 characters.", ["input", "shard"]);
  const { reportIntervalSeconds: interval } = input;
  errors.check(interval >= 1 && interval <= 3_600 ? null : "1 to 3600 seconds.", ["input", "reportIntervalSeconds"]);
  checkBrake(input, errors);
  if (input.runs.length > mostRuns) errors.add("LIMIT", `At most ${mostRuns} servers.`, ["input", "runs"]);
  input.runs.forEach(({ server, revision }, index) => {
    const path = ["input", "runs", String(index)];
    errors.check(serverProblem(server), [...path, "server"]);
    errors.check((revision ?? 0) >= 0 ? null : "A revision is not negative.", [...path, "revision"]);
  });
  if (input.problems.length > mostProblems)
    errors.add("LIMIT", `At most ${mostProblems} problems.`, ["input", "problems"]);
  return errors;
}
