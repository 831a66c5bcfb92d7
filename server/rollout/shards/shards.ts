import { assignShard } from "./assign-shard.js";
import type { Shard } from "./shard.js";
import type { ShardSettings } from "./shard-settings.js";

/** The shards of the settings: which there are, and which project belongs where. */
export class Shards {
  constructor(readonly all: ShardSettings) {}

  find(name: string | null): Shard | null {
    return this.all.find((shard) => shard.name === name) ?? null;
  }

  /** The shard that a new project gets; null when the settings have none. */
  assign(projectId: string): string | null {
    return assignShard(projectId, this.all)?.name ?? null;
  }

  /** Where a project is: where it was put, or while that is not stored yet, or no longer there, where it will be. Null without shards. */
  of({ id, shardName }: { readonly id: string; readonly shardName: string | null }): string | null {
    return this.find(shardName)?.name ?? this.assign(id);
  }

  /** The shard that a Prometheus of the settings is a replica of. */
  ofPrometheus(prometheus: string): string | null {
    return this.all.find(({ replicas }) => replicas.includes(prometheus))?.name ?? null;
  }

  /** Why an agent may not say that it is of this shard; null when it may. */
  problem(name: string | null | undefined): string | null {
    if (name == null || this.find(name) !== null) return null;
    if (this.all.length === 0)
      return `The server's settings know no shards: add "${name}" to them, or take "shard" out of the agent's.`;
    const names = this.all.map((shard) => `"${shard.name}"`).join(", ");
    return `The server's settings know no shard "${name}", but ${names}.`;
  }
}
