import type { Project } from "./project.js";

/** A project as far as shards go; its shard is null where it is from before there were any. */
export type ShardedProject = Pick<Project, "id" | "name" | "shardName" | "shardPin">;

/** Where projects are, as far as shards go. */
export interface ProjectShards {
  /** All living projects. */
  living(): Promise<readonly ShardedProject[]>;
  /** Puts those of the projects that are in no shard into this one. */
  assign(ids: readonly string[], shardName: string): Promise<void>;
  /** Puts a project into another shard, inside the caller's transaction. */
  put(id: string, shardName: string): Promise<void>;
  /** Pins a project to the shard, or unpins it, inside the caller's transaction. */
  pin(id: string, shardPin: string | null): Promise<void>;
}
