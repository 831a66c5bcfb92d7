import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../graph/scalars.js";
import { Agent } from "./agent.js";

/** How far a change has come. */
export const RolloutState = { APPLIED: "APPLIED", PENDING: "PENDING", REFUSED: "REFUSED" } as const;
export type RolloutState = keyof typeof RolloutState;

registerEnumType(RolloutState, {
  name: "RolloutState",
  description: "How far a change has come.",
  valuesConfig: {
    APPLIED: { description: "It runs, as the servers themselves say where the agent can ask them." },
    PENDING: { description: "It is on its way." },
    REFUSED: { description: "A check refused it: the problems say why. What ran before goes on running." },
  },
});

/** What keeps an agent from applying something. */
@ObjectType({ description: "What keeps an agent from applying something." })
export class RolloutProblem {
  @Field(() => Agent, { description: "The agent that met it." })
  readonly agent!: Agent;

  readonly projectId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The file that was refused; null when the problem lies elsewhere.",
  })
  readonly file!: string | null;

  @Field(() => String, { description: "What is wrong, in the words of whoever refused it." })
  readonly message!: string;

  @Field(() => DateTime, { description: "Since when it has been there." })
  readonly since!: Date;
}

/** How far a change has come on one agent. */
@ObjectType({ description: "How far a change has come on one agent." })
export class AgentRollout {
  @Field(() => Agent, { description: "The agent." })
  readonly agent!: Agent;

  @Field(() => Int, { description: "The newest revision that all of its servers that the change concerns run." })
  readonly appliedRevision!: number;

  @Field(() => RolloutState, { description: "How far the change has come there." })
  readonly state!: RolloutState;
}

/** How far the last change of an object has come. */
@ObjectType({
  description: "How far the last change of an object has come. Agents not heard of for a day are left out.",
})
export class Rollout {
  @Field(() => Int, { description: "The revision of the object's last change." })
  readonly revision!: number;

  @Field(() => RolloutState, {
    description: "APPLIED when it runs on all agents that it concerns; REFUSED when one refused it.",
  })
  readonly state!: RolloutState;

  @Field(() => [AgentRollout], { description: "Agent by agent, those that it concerns." })
  readonly agents!: readonly AgentRollout[];

  @Field(() => [RolloutProblem], { description: "What keeps the object's project from being applied." })
  readonly problems!: readonly RolloutProblem[];
}
