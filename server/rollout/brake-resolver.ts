import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { DryRun, IdArgument } from "../graph/arguments.js";
import { ChangePayloadFields } from "../graph/payload.js";
import { Agent } from "./agent.js";
import { AgentBrake } from "./agent-brake.js";
import type { BrakeService } from "./brake-service.js";

/** What came of a confirmation. */
@ObjectType({ description: "What came of the confirmation." })
export class AgentBrakeReleasePayload extends ChangePayloadFields {
  @Field(() => Agent, { nullable: true, description: "The agent; null when nothing was confirmed." })
  readonly agent!: Agent | null;

  @Field(() => [Agent], {
    description: "All agents that hold back this deletion, and carry it out now or, in a dry run, would.",
  })
  readonly agents!: readonly Agent[];
}

/** What agents hold back, in the graph. */
@Resolver(() => Agent)
export class BrakeResolver {
  constructor(private readonly service: BrakeService) {}

  @FieldResolver(() => AgentBrake, {
    nullable: true,
    description:
      "The deletion that it holds back until an operator confirms it; null when it holds back none. For operators, readers and agents.",
  })
  brake(@Ctx() caller: Caller, @Root() agent: Agent) {
    return this.service.brakeOf(caller, agent);
  }

  @Mutation(() => AgentBrakeReleasePayload, {
    description:
      "Confirms the deletion that an agent holds back: it and all others that hold back the same one carry it out, those too that come to it within the next hour. Operators only.",
  })
  async agentBrakeRelease(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("digest", () => String, {
      description:
        "The digest of the deletion that you have looked at, from `Agent.brake`; CONFLICT when the agent holds back another one by now.",
    })
    digest: string,
    @DryRun() dryRun: boolean,
  ): Promise<AgentBrakeReleasePayload> {
    const { subject, ...outcome } = await this.service.release(caller, id, digest, dryRun);
    const agents = outcome.userErrors.length > 0 ? [] : await this.service.holders(caller, digest);
    return { ...outcome, agent: subject, agents };
  }
}
