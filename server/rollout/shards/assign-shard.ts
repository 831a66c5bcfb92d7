import { createHash } from "node:crypto";

/** A shard as far as the choice between shards goes. */
export interface Weighted {
  readonly name: string;
  /** How much of all projects it is to have, as against the others. */
  readonly weight: number;
}

/**
 * The shard that a project is assigned to: the one with the highest score, by weighted rendezvous hashing. Each project ranks
 * all shards by itself, so that another shard takes over only its own share of projects, and one that goes away leaves the
 * others' where they are. Null when there are no shards.
 */
export function assignShard<S extends Weighted>(projectId: string, shards: readonly S[]): S | null {
  const scored = shards.map((shard) => ({ shard, score: score(projectId, shard) }));
  const [best] = scored.toSorted((a, b) => b.score - a.score || (a.shard.name < b.shard.name ? -1 : 1));
  return best?.shard ?? null;
}

/** See Schindelhauer and Schomaker, "Weighted Distributed Hash Tables": −weight ÷ ln(h), with h evenly spread over 0 to 1. */
function score(projectId: string, { name, weight }: Weighted): number {
  const digest = createHash("sha256").update(`${name}\0${projectId}`).digest();
  return -weight / Math.log((digest.readUIntBE(0, 6) + 0.5) / 2 ** 48);
}
