import type { ProjectConfig } from "../fetch/project-config.js";
import type { EgressUse } from "./policy.js";

/** What rendering asks before a host of a tenant gets into a file. */
export interface EgressGate {
  /** Whether the project of that name may have this host reached. */
  allows(project: string, use: EgressUse, host: string): boolean;
  /** Whether HTTP probes may follow redirects. */
  readonly probeRedirects: boolean;
  /** Whether credentials of scrapes and probes may be sent without TLS. */
  readonly credentialsOverHttp: boolean;
  /** The names that a project uses, and whether each is refused now. */
  namesOf(project: ProjectConfig): Readonly<Record<string, boolean>>;
}

/** Why a host is left out, as the end of a sentence for the project's owners. */
export const outOfReach = "by the policy of the operators, projects may not reach it";
