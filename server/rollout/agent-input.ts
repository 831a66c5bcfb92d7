import { Field, ID, InputType, Int } from "type-graphql";
import { DateTime } from "../graph/scalars.js";
import { AgentOutput, AgentState } from "./agent.js";
import { AgentBrakeInput } from "./agent-brake-input.js";
import { AgentRunInput } from "./agent-run.js";

/** What keeps the reporting agent from applying something. */
@InputType({ description: "What keeps the reporting agent from applying something." })
export class RolloutProblemInput {
  @Field(() => ID, {
    nullable: true,
    description: "The project that it concerns; absent when it concerns the agent as a whole.",
  })
  readonly project?: string | null;

  @Field(() => String, { nullable: true, description: "The file that was refused." })
  readonly file?: string | null;

  @Field(() => String, { description: "What is wrong; more than 2,000 characters are cut." })
  readonly message!: string;
}

/** A report of an agent about itself. */
@InputType({ description: "A report of an agent about itself." })
export class AgentReportInput {
  @Field(() => String, { description: "Its name, 1 to 100 characters; unique among agents." })
  readonly name!: string;

  @Field(() => String, { description: "Made once per working directory: tells two agents with one name apart." })
  readonly instanceId!: string;

  @Field(() => String, { description: "The machine that it runs on." })
  readonly hostname!: string;

  @Field(() => String, { description: "The version of its program." })
  readonly agentVersion!: string;

  @Field(() => [AgentOutput], { description: "What it writes configuration for." })
  readonly outputs!: readonly AgentOutput[];

  @Field(() => Int, { description: "The newest revision that its servers run." })
  readonly appliedRevision!: number;

  @Field(() => [AgentRunInput], {
    defaultValue: [],
    description: "What its servers run, as they say themselves; at most 1,000, none of those that it cannot ask.",
  })
  readonly runs!: readonly AgentRunInput[];

  @Field(() => AgentState, { description: "How it is doing; not SILENT." })
  readonly state!: AgentState;

  @Field(() => DateTime, { nullable: true, description: "When it last changed what its servers run." })
  readonly lastApplyAt?: Date | null;

  @Field(() => Int, {
    description: "How often it reports, 1 to 3600 seconds; after three times that in silence it counts as SILENT.",
  })
  readonly reportIntervalSeconds!: number;

  @Field(() => String, { nullable: true, description: "The shard that its Prometheus is of; absent for none." })
  readonly shard?: string | null;

  @Field(() => Int, { nullable: true, description: "The newest revision that it has fetched." })
  readonly fetchedRevision?: number | null;

  @Field(() => Int, { nullable: true, description: "The newest revision that passed its checks and is in its files." })
  readonly checkedRevision?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "By what its servers' files are rendered, 1 to 64 hexadecimal digits: another with other settings of the server, such as limit tiers.",
  })
  readonly rendering?: string | null;

  @Field(() => String, { nullable: true, description: "The name of the agent that it waits for; absent for none." })
  readonly waitsFor?: string | null;

  @Field(() => Int, {
    defaultValue: 0,
    description: "How many more problems it has than it names: a report has room for some thousands.",
  })
  readonly unlistedProblems!: number;

  @Field(() => [RolloutProblemInput], { description: "Its problems; those that are no longer named are over." })
  readonly problems!: readonly RolloutProblemInput[];

  @Field(() => AgentBrakeInput, {
    nullable: true,
    description: "The deletion that it holds back; absent unless its state is BRAKED.",
  })
  readonly brake?: AgentBrakeInput | null;
}
