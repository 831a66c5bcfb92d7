import { ArgsType, Field, ID, Int } from "type-graphql";

/** What to wait for. */
@ArgsType()
export class RolloutWaitArguments {
  @Field(() => Int, { description: "The revision: that of a change's payload. Later ones hold it too." })
  readonly revision!: number;

  @Field(() => ID, {
    nullable: true,
    description: "Only the agents that write something of this project, and its problems; absent for all.",
  })
  readonly project?: string | null;

  @Field(() => Int, {
    description: "How long to wait, 0 to 25 seconds; then the answer is what is known, with the state PENDING.",
  })
  readonly timeoutSeconds!: number;
}
