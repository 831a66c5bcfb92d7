import { z } from "zod";

const name = z.string().regex(/^[\w.-]{1,63}$/, "1 to 63 letters, digits, `.`, `_` or `-`.");

/** The shards that projects are divided into; each is scraped by Prometheus servers of its own. */
export const shardSettings = z
  .array(
    z.strictObject({
      name,
      replicas: z.array(name).default([]),
      weight: z.number().min(0).max(1_000).default(1),
    }),
  )
  .refine((shards) => isUnique(shards.map((shard) => shard.name)), "Each shard needs a name of its own.")
  .refine((shards) => isUnique(shards.flatMap(({ replicas }) => replicas)), "A Prometheus is a replica of one shard.")
  .refine(
    (shards) => shards.length === 0 || shards.some(({ weight }) => weight > 0),
    "At least one shard needs a weight above 0: new projects have to go somewhere.",
  )
  .default([]);

/** The validated `shards` section of the settings file. */
export type ShardSettings = z.output<typeof shardSettings>;

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
