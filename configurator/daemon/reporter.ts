import type { Client } from "@metricsinfra/sdk";
import type { Brake } from "../brake/removal.js";
import type { AgentState } from "../disk/agent-state.js";
import { outputKinds } from "../outputs/output-kinds.js";
import type { Problem } from "../render/problem.js";
import { leastRevision, type Run } from "../running/run.js";
import type { Settings } from "../settings/settings.js";
import { version } from "../version.js";

/** Another live agent has this one's name, so this one must not write anything. */
export class NameTakenError extends Error {
  override readonly name = "NameTakenError";

  constructor(name: string, detail: string) {
    super(`The name "${name}" belongs to another agent that is alive, so nothing is applied here: ${detail}`);
  }
}

/** What is told to the server. */
export interface AgentStatus {
  readonly state: "SYNCED" | "APPLYING" | "WAITING" | "FAILED" | "BRAKED";
  readonly known: AgentState;
  /** The newest revision that was fetched. */
  readonly fetchedRevision: number;
  /** The agent that goes first, while this one waits for it. */
  readonly waitsFor?: string | undefined;
  /** What the processes were seen to run; none for those that no settings name. */
  readonly runs: readonly Run[];
  /** What is wrong with the agent as a whole. */
  readonly problems: readonly Problem[];
  /** The deletion that is held back, when the state is BRAKED. */
  readonly brake?: Brake | undefined;
}

// The server reads no body of more than 256 kB.
const mostProblemBytes = 150_000;
const longestMessage = 1_000;

/** Tells the server what this agent runs, and learns whether the agent's name is its own. */
export class Reporter {
  /** When the server last accepted a report, in milliseconds since 1970. */
  #acceptedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly agents: Pick<Client["agents"], "report">,
    private readonly settings: Settings,
    private readonly now: () => Date,
  ) {}

  /**
   * Sends a report; resolves to whether an operator has confirmed the deletion that it says is held back. Throws a
   * NameTakenError when another live agent has the name, and the SDK's errors.
   */
  async report(
    { state, known, fetchedRevision, runs, waitsFor, problems, brake }: AgentStatus,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { name, hostname, shard, reportIntervalSeconds } = this.settings;
    const { agent, userErrors } = await this.agents.report(
      {
        name,
        hostname,
        instanceId: known.instanceId,
        agentVersion: version,
        ...(shard === undefined ? {} : { shard }),
        outputs: outputKinds(this.settings),
        fetchedRevision: Math.max(fetchedRevision, known.revision),
        checkedRevision: known.revision,
        ...(waitsFor === undefined ? {} : { waitsFor }),
        rendering: known.rendering,
        appliedRevision: leastRevision(runs, known.appliedRevision) ?? known.appliedRevision,
        state,
        lastApplyAt: known.lastApplyAt,
        runs: runs.map(({ isDamaged, ...run }) => run),
        reportIntervalSeconds: Math.ceil(reportIntervalSeconds),
        brake,
        ...shortened([...problems, ...Object.values(known.problems).flat()]),
      },
      { throwOnUserErrors: false, signal },
    );
    const taken = userErrors.find(({ code, path }) => code === "TAKEN" && path.at(-1) === "name");
    if (taken !== undefined) {
      this.#acceptedAt = Number.NEGATIVE_INFINITY;
      throw new NameTakenError(name, taken.message);
    }
    if (userErrors.length > 0) {
      const refusals = userErrors.map(({ path, message }) => `${path.join(".")}: ${message}`);
      throw new Error(`the server refused this agent's report: ${refusals.join("; ")}`);
    }
    this.#acceptedAt = this.now().getTime();
    const told = agent?.brake ?? null;
    return brake !== undefined && told?.digest === brake.digest && told.releasedAt !== null;
  }

  /** Makes sure that the name is this agent's own, with a report unless one was accepted a short while ago. */
  async claimName(status: AgentStatus, signal?: AbortSignal): Promise<void> {
    const age = this.now().getTime() - this.#acceptedAt;
    if (age > this.settings.reportIntervalSeconds * 2_000) await this.report(status, signal);
  }
}

/** As many problems as fit one request, and how many do not. */
function shortened(problems: readonly Problem[]): {
  readonly problems: readonly Problem[];
  readonly unlistedProblems: number;
} {
  const fitting: Problem[] = [];
  let bytes = 0;
  for (const problem of problems) {
    const short = { ...problem, message: problem.message.slice(0, longestMessage) };
    bytes += Buffer.byteLength(JSON.stringify(short));
    if (bytes > mostProblemBytes) break;
    fitting.push(short);
  }
  return { problems: fitting, unlistedProblems: problems.length - fitting.length };
}
