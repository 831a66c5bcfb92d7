import type { Caller } from "../access/caller.js";
import { HostLookups, type Resolve } from "../clients/host-lookups.js";
import type { GraphPart } from "../graph/graph-part.js";
import type { ProjectService } from "../projects/project-service.js";
import { EgressResolver } from "./egress-resolver.js";
import { type EgressOptions, EgressService } from "./egress-service.js";

/** What the rules of egress are built over. */
export interface EgressParts {
  readonly settings: EgressOptions;
  readonly resolve: Resolve;
  readonly projects: ProjectService;
}

/** Where tenants' config may point. */
export interface EgressDomain extends GraphPart<Caller> {
  readonly service: EgressService;
}

/** Builds the domain of egress. */
export function makeEgress({ settings, resolve, projects }: EgressParts): EgressDomain {
  const service = new EgressService(settings, new HostLookups(resolve), projects);
  return { service, resolvers: [new EgressResolver(service)], nodes: [] };
}
