/** Where projects are, as far as shards go. */
export interface ProjectShards {
  /** All living projects with the names of their shards; null for those of before there were any. */
  living(): Promise<readonly { readonly id: string; readonly name: string; readonly shardName: string | null }[]>;
  /** Puts those of the projects that are in no shard into this one. */
  assign(ids: readonly string[], shardName: string): Promise<void>;
}
