import { Arg, Ctx, Field, FieldResolver, ID, Int, Mutation, ObjectType, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { IdArgument } from "../graph/arguments.js";
import { PayloadFields } from "../graph/payload.js";
import { Agent, AgentState } from "./agent.js";
import type { AgentCareService } from "./agent-care-service.js";
import { AgentReportInput } from "./agent-input.js";
import type { AgentReportService } from "./agent-report-service.js";
import { AgentRun } from "./agent-run.js";
import { AgentTurnInput, AgentTurnPayload, AgentTurnReleaseInput, AgentTurnReleasePayload } from "./agent-turn.js";
import type { AgentTurnService } from "./agent-turn-service.js";
import { RolloutProblem } from "./rollout.js";
import type { RolloutService } from "./rollout-service.js";

/** What came of a report. */
@ObjectType({ description: "What came of the report." })
export class AgentReportPayload extends PayloadFields {
  @Field(() => Agent, {
    nullable: true,
    description: "The agent as it is now known; null when the report was refused.",
  })
  readonly agent!: Agent | null;
}

/** What came of forgetting an agent. */
@ObjectType({ description: "What came of forgetting the agent." })
export class AgentDeletePayload extends PayloadFields {
  @Field(() => ID, { nullable: true, description: "The id that is gone; null when it was not forgotten." })
  readonly deletedId!: string | null;
}

/** Agents in the graph. */
@Resolver(() => Agent)
export class AgentResolver {
  constructor(
    private readonly rollout: RolloutService,
    private readonly reports: AgentReportService,
    private readonly turns: AgentTurnService,
    private readonly care: AgentCareService,
  ) {}

  @Query(() => [Agent], { description: "All agents, by name." })
  agents(@Ctx() caller: Caller) {
    return this.rollout.agents(caller);
  }

  @FieldResolver(() => AgentState, { description: "How it is doing." })
  state(@Root() agent: Agent) {
    return this.rollout.state(agent);
  }

  @FieldResolver(() => Agent, {
    nullable: true,
    description: "The agent that goes first, while this one waits for it; null while it waits for none.",
  })
  waitsFor(@Ctx() caller: Caller, @Root() agent: Agent) {
    return this.rollout.waitsFor(caller, agent);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "By how many revisions it is behind the newest one; null unless you are an operator or an agent.",
  })
  revisionsBehind(@Ctx() caller: Caller, @Root() agent: Agent) {
    return this.rollout.revisionsBehind(caller, agent);
  }

  @FieldResolver(() => Int, {
    description: "How many more problems it has than a report has room for: those of all projects together.",
  })
  unlistedProblems(@Root() { unlistedCount }: Agent) {
    return unlistedCount ?? 0;
  }

  @FieldResolver(() => [RolloutProblem], {
    description:
      "Its problems, as far as they concern projects that you may read; those of no project are for operators, readers and agents.",
  })
  problems(@Ctx() caller: Caller, @Root() agent: Agent) {
    return this.rollout.problems(caller, agent);
  }

  @FieldResolver(() => [AgentRun], {
    description:
      "What its servers run, as they say themselves; for operators, readers and agents, empty for all others.",
  })
  runs(@Ctx() caller: Caller, @Root() agent: Agent) {
    return this.rollout.runs(caller, agent);
  }

  @Mutation(() => AgentReportPayload, { description: "Takes the report of an agent about itself. Agents only." })
  agentReport(
    @Ctx() caller: Caller,
    @Arg("input", () => AgentReportInput, { description: "The report." }) input: AgentReportInput,
  ) {
    return this.reports.report(caller, input);
  }

  @Mutation(() => AgentTurnPayload, {
    description:
      "Whether an agent may apply a revision now, or another goes first: of the agents that write the same for the same shard one does, and the others follow once its servers run the revision. Agents only.",
  })
  agentTurn(
    @Ctx() caller: Caller,
    @Arg("input", () => AgentTurnInput, { description: "Who asks, and for what." }) input: AgentTurnInput,
  ) {
    return this.turns.take(caller, input);
  }

  @Mutation(() => AgentTurnReleasePayload, {
    description:
      "Lets the others go on that wait for an agent which goes first and does not get there: when you know that the reason is its own. Operators only.",
  })
  agentTurnRelease(
    @Ctx() caller: Caller,
    @Arg("input", () => AgentTurnReleaseInput, { description: "Whom not to wait for." }) input: AgentTurnReleaseInput,
  ) {
    return this.turns.release(caller, input);
  }

  @Mutation(() => AgentDeletePayload, {
    description:
      "Forgets an agent that is gone for good. One that reports again is there again. Refused as CONFLICT while it is heard of. Operators only.",
  })
  agentDelete(@Ctx() caller: Caller, @IdArgument() id: string) {
    return this.care.remove(caller, id);
  }
}
