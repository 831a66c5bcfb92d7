import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { PayloadFields } from "../graph/payload.js";
import { Agent } from "./agent.js";

/** An agent's question whether it may apply a revision. */
@InputType({ description: "An agent's question whether it may apply a revision." })
export class AgentTurnInput {
  @Field(() => String, { description: "Its name." })
  readonly name!: string;

  @Field(() => String, { description: "As in its reports: another agent of the name gets no turn." })
  readonly instanceId!: string;

  @Field(() => Int, { description: "The revision that it has fetched and would apply." })
  readonly revision!: number;

  @Field(() => String, {
    nullable: true,
    description: "By what it would be rendered, as in its reports; absent where that is of no importance.",
  })
  readonly rendering?: string | null;

  @Field(() => Boolean, {
    description:
      "Whether a process that is to load it does not answer already: then nobody waits for it, as nothing would be learned.",
  })
  readonly isAway!: boolean;

  @Field(() => Int, {
    defaultValue: 0,
    description: "For how long to hold the question while the answer is no, 0 to 25 seconds.",
  })
  readonly waitSeconds!: number;
}

/** Whether an agent may go on. */
@ObjectType({ description: "Whether an agent may apply a revision now." })
export class AgentTurnPayload extends PayloadFields {
  @Field(() => Boolean, { description: "Whether it may." })
  readonly mayGo!: boolean;

  @Field(() => Agent, { nullable: true, description: "The agent that goes first; null when it may go." })
  readonly waitsFor!: Agent | null;

  @Field(() => String, { nullable: true, description: "Why it may not yet; null when it may go." })
  readonly reason!: string | null;
}

/** Whom not to wait for. */
@InputType({ description: "Lets other agents go on without waiting for one that goes first." })
export class AgentTurnReleaseInput {
  @Field(() => ID, { description: "The agent that goes first, and is waited for." })
  readonly agent!: string;

  @Field(() => Int, { description: "Up to this revision the others need not wait for it." })
  readonly revision!: number;
}

/** What came of letting the others go on. */
@ObjectType({ description: "What came of letting other agents go on." })
export class AgentTurnReleasePayload extends PayloadFields {
  @Field(() => Agent, { nullable: true, description: "The agent that is no longer waited for." })
  readonly agent!: Agent | null;
}
