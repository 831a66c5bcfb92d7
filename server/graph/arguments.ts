import { Arg, ID, Int } from "type-graphql";

/** The argument `id` of an update or a deletion. */
export const IdArgument = () => Arg("id", () => ID, { description: "Which object." });

/** The argument `dryRun` of every change to the configuration. */
export const DryRun = () =>
  Arg("dryRun", () => Boolean, {
    defaultValue: false,
    description: "All checks and the diff, and nothing is written.",
  });

/** The argument `expectedVersion` of a change without an input. */
export const ExpectedVersion = () =>
  Arg("expectedVersion", () => Int, {
    nullable: true,
    description: "The version you have seen; if it is no longer the newest, CONFLICT.",
  });

/** The argument `snapshot` of a subscription to things that change. */
export const SnapshotArgument = () =>
  Arg("snapshot", () => Boolean, {
    defaultValue: true,
    description:
      "Whether to begin with all that there is. With false the first event is a RESYNC, and only what changes from then on is told; leave `changes` out too for hints alone.",
  });
