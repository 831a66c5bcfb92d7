import type { ChangePage, ChangesArguments } from "@metricsinfra/sdk";

/** Where the config comes from: what is needed of the SDK's client. */
export interface ConfigSource {
  /** What changed after a revision; everything after 0. One page, and so one request, when nothing did. */
  changes(since: ChangesArguments): AsyncIterable<ChangePage>;
}
