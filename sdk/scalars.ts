/** How the graph's own scalars look in TypeScript; `generate.mjs` gives the operations the same types. */
export interface Scalars {
  /** An opaque id. */
  ID: string;
  /** A moment as ISO-8601 in UTC. */
  DateTime: string;
  /** A duration as Prometheus writes it, such as `1h30m`. */
  Duration: string;
  /** Names to texts. */
  Labels: Record<string, string>;
  /** An expression. */
  PromQL: string;
  /** Any JSON value. */
  JSON: unknown;
}
