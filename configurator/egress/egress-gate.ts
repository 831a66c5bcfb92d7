import type { ProjectConfig } from "../fetch/project-config.js";
import type { NameState } from "./known-names.js";
import type { OwnState } from "./own-processes.js";
import type { NamedHost } from "./project-hosts.js";

/** What rendering asks before a host of a tenant gets into a file. */
export interface EgressGate {
  /** Why the project of that name may not have this host reached, as the end of a sentence for its owners; undefined if it may. */
  refusal(project: string, host: NamedHost): string | undefined;
  /** Whether HTTP probes may follow redirects. */
  readonly probeRedirects: boolean;
  /** Whether credentials of scrapes and probes may be sent without TLS. */
  readonly credentialsOverHttp: boolean;
  /** What the project's files depend on beside its config. */
  statesOf(project: ProjectConfig): HostStates;
}

/** By name what is known of it, and by `host:port` whether that is a process of the agent's own where that is a question. */
export type HostStates = Readonly<Record<string, NameState | OwnState>>;

/** Why a host is left out that may not be reached. */
export const outOfReach = "by the policy of the operators, projects may not reach it";

/** Why a host is left out of which it is not known whether it may be reached. */
export const notLookedUp = "it could not be looked up yet, which is tried again";
