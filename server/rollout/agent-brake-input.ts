import { Field, InputType, Int } from "type-graphql";
import { AgentRemovalKind } from "./agent-brake.js";

/** How many of one kind the reporting agent would take away. */
@InputType({ description: "How many of one kind the reporting agent would take away." })
export class AgentRemovalInput {
  @Field(() => AgentRemovalKind, { description: "What is counted." })
  readonly kind!: AgentRemovalKind;

  @Field(() => Int, { description: "How many would go." })
  readonly count!: number;

  @Field(() => Int, { description: "How many the machine has now." })
  readonly known!: number;

  @Field(() => Int, { description: "How many went shortly before without being confirmed." })
  readonly recent!: number;
}

/** A deletion that the reporting agent holds back. */
@InputType({ description: "A deletion that the reporting agent holds back until an operator confirms it." })
export class AgentBrakeInput {
  @Field(() => String, {
    description: "Stands for exactly this deletion, on whichever agent: 16 to 64 letters and digits.",
  })
  readonly digest!: string;

  @Field(() => Int, { description: "The revision of the answer that would delete so much." })
  readonly revision!: number;

  @Field(() => [AgentRemovalInput], { description: "How much would go, each kind once." })
  readonly removals!: readonly AgentRemovalInput[];

  @Field(() => [String], { description: "What would go, by name: at most 20, the rest is cut, as are long names." })
  readonly names!: readonly string[];
}
