import type { ChangePage, ProjectConfig } from "@metricsinfra/sdk";

/** Where the config comes from: what is needed of the SDK's client. */
export interface ConfigSource {
  /**
   * What changed after a revision; everything after 0. One page, and so one request, when nothing did. Holds no more than the
   * agent's outputs need.
   */
  changes(since: { readonly sinceRevision: number }): AsyncIterable<ChangePage>;
  /** One project's config as it is now; null when it is gone. */
  projectConfig(id: string): Promise<ProjectConfig | null>;
}
