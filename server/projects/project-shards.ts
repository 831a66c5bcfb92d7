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
  /** Writes the project with its pin, if it still has this version, inside the caller's transaction. */
  pin(project: Project, version: number): Promise<void>;
  /** The living project with this id. */
  find(id: string): Promise<Project | null>;
  /** The living projects with these ids, null for each that is not there. */
  findMany(ids: readonly string[]): Promise<(Project | null)[]>;
}
