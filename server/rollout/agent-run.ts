import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../graph/scalars.js";
import { AgentOutput } from "./agent.js";

/** What an agent found when it asked a server what it runs. */
export const AgentRunState = { RUNS: "RUNS", OTHER: "OTHER", AWAY: "AWAY", UNKNOWN: "UNKNOWN" } as const;
export type AgentRunState = keyof typeof AgentRunState;

registerEnumType(AgentRunState, {
  name: "AgentRunState",
  description: "What an agent found when it asked a server what it runs.",
  valuesConfig: {
    RUNS: { description: "It runs what the agent has put in use." },
    OTHER: {
      description:
        "It runs something else: an older release, only a part, or what nobody has written here. The agent asks it to reload once.",
    },
    AWAY: { description: "It does not answer. What it was last seen to run stands." },
    UNKNOWN: { description: "It answers and does not tell, or is about to load something." },
  },
});

/** What one server runs, read back from itself. */
@ObjectType({ description: "What one server of an agent runs, read back from the server itself." })
export class AgentRun {
  @Field(() => AgentOutput, { description: "What it is." })
  readonly output!: AgentOutput;

  @Field(() => String, { description: "Its URL as the agent reaches it, without credentials." })
  readonly server!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The revision that it was last seen to run; null when that is none, not whole or not known.",
  })
  readonly revision!: number | null;

  @Field(() => AgentRunState, { description: "How that compares with what the agent has put in use." })
  readonly state!: AgentRunState;

  @Field(() => DateTime, { nullable: true, description: "When it last answered; null when it never has." })
  readonly seenAt!: Date | null;

  @Field(() => String, { nullable: true, description: "What is the matter with it; null when nothing is." })
  readonly detail!: string | null;
}

/** What the reporting agent found of one of its servers. */
@InputType({ description: "What the reporting agent found when it asked one of its servers what it runs." })
export class AgentRunInput {
  @Field(() => AgentOutput, { description: "What it is." })
  readonly output!: AgentOutput;

  @Field(() => String, { description: "Its URL, at most 500 characters, without credentials." })
  readonly server!: string;

  @Field(() => Int, { nullable: true, description: "The revision that it was last seen to run." })
  readonly revision?: number | null;

  @Field(() => AgentRunState, { description: "How that compares with what is in use." })
  readonly state!: AgentRunState;

  @Field(() => DateTime, { nullable: true, description: "When it last answered." })
  readonly seenAt?: Date | null;

  @Field(() => String, { nullable: true, description: "What is the matter; more than 2,000 characters are cut." })
  readonly detail?: string | null;
}

/** A run as it is stored. */
export interface StoredRun extends Omit<AgentRun, "seenAt"> {
  /** ISO-8601. */
  readonly seenAt: string | null;
}

const longestDetail = 2_000;

/** What is stored of what an agent found. */
export function storedRun({ output, server, revision, state, seenAt, detail }: AgentRunInput): StoredRun {
  return {
    output,
    server,
    revision: revision ?? null,
    state,
    seenAt: seenAt?.toISOString() ?? null,
    detail: detail?.slice(0, longestDetail) ?? null,
  };
}

/** As it is shown. */
export function shownRun(run: StoredRun): AgentRun {
  return { ...run, seenAt: run.seenAt === null ? null : new Date(run.seenAt) };
}

/** What is wrong with a server's URL in a report; null when nothing is. */
export function serverProblem(server: string): string | null {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || server.length > 500 || !/^https?:$/.test(url.protocol)) {
    return "An http or https URL of at most 500 characters.";
  }
  return url.username === "" && url.password === "" ? null : "Without user name and password.";
}

/**
 * The revision that all of an agent's servers run of what is rendered into `outputs`, as they say themselves; undefined where
 * the agent asks none of them. One that runs a revision that is not whole or not known counts as running none.
 */
export function seenRevision(runs: readonly StoredRun[], outputs: readonly AgentOutput[]): number | undefined {
  const revisions = runs.filter(({ output }) => outputs.includes(output)).map(({ revision }) => revision ?? 0);
  return revisions.length === 0 ? undefined : Math.min(...revisions);
}
