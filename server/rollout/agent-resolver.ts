import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PayloadFields } from "../graph/payload.js";
import { Agent, AgentState } from "./agent.js";
import { AgentReportInput } from "./agent-input.js";
import type { AgentReportService } from "./agent-report-service.js";
import { AgentRun } from "./agent-run.js";
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

/** Agents in the graph. */
@Resolver(() => Agent)
export class AgentResolver {
  constructor(
    private readonly rollout: RolloutService,
    private readonly reports: AgentReportService,
  ) {}

  @Query(() => [Agent], { description: "All agents, by name." })
  agents(@Ctx() caller: Caller) {
    return this.rollout.agents(caller);
  }

  @FieldResolver(() => AgentState, { description: "How it is doing." })
  state(@Root() agent: Agent) {
    return this.rollout.state(agent);
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
}
