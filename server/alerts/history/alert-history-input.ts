import { Arg, ArgsType, Field, InputType, Int } from "type-graphql";
import { DateTime } from "../../graph/scalars.js";
import { AlertEpisodeState } from "./alert-episode.js";

/** Narrows the history of alerts; several conditions must all hold. */
@InputType({ description: "Narrows the history of alerts; several conditions must all hold." })
export class AlertHistoryFilter {
  @Field(() => [String], { nullable: true, description: "Only firings of the projects with these names." })
  readonly projects?: readonly string[] | null;

  @Field(() => DateTime, { nullable: true, description: "Only firings that began at this time or later." })
  readonly since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Only firings that began before this time." })
  readonly until?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Only firings that were not over at this time. With `until` it gives all that fired between two times, also what began earlier: last night is `{ stillFiringAt: "2026-11-22T20:00:00Z", until: "2026-11-23T06:00:00Z" }`.',
  })
  readonly stillFiringAt?: Date | null;

  @Field(() => [String], { nullable: true, description: "Only firings of alerts with one of these names." })
  readonly names?: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: "Only firings whose label `severity` is one of these." })
  readonly severities?: readonly string[] | null;

  @Field(() => [AlertEpisodeState], { nullable: true, description: "Only firings in one of these states." })
  readonly states?: readonly AlertEpisodeState[] | null;
}

/** The argument `filter` of a list of episodes. */
export const AlertHistoryFilterArgument = () =>
  Arg("filter", () => AlertHistoryFilter, { nullable: true, description: "Only these." });

/** Which firings to count, and how many names to tell of. */
@ArgsType()
export class AlertHistoryCountsArguments {
  @Field(() => DateTime, { nullable: true, description: "Only firings that began at this time or later." })
  readonly since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Only firings that began before this time." })
  readonly until?: Date | null;

  @Field(() => Int, {
    defaultValue: 20,
    description: "How many names, 1 to 100. Outside is an error, never a clamp.",
  })
  readonly first!: number;
}
