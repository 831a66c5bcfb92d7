import type { Caller } from "../access/caller.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { EgressService } from "../egress/egress-service.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import type { LimitService } from "../projects/limit-service.js";
import type { ProjectService } from "../projects/project-service.js";
import type { SecretStore } from "../secrets/secret-store.js";
import { ContactGroupHistory } from "./contact-group-history.js";
import type { ContactGroupRepository } from "./contact-group-repository.js";
import { ContactGroupResolver, ContactResolver, ProjectContactGroupsResolver } from "./contact-group-resolver.js";
import { ContactGroupService } from "./contact-group-service.js";
import { ContactLimits } from "./contact-limits.js";
import { ContactSecretService } from "./contact-secret-service.js";
import { ContactUsageResolver } from "./contact-usage-resolver.js";
import { RevivedContacts } from "./revived-contacts.js";

/** What contact groups are built over. */
export interface ContactsParts {
  readonly repository: ContactGroupRepository;
  readonly projects: ProjectService;
  readonly limits: LimitService;
  readonly changes: ChangeLog;
  readonly egress: EgressService;
  readonly secrets: SecretStore;
}

/** Who is told of alerts. */
export interface ContactsDomain extends GraphPart<Caller> {
  readonly service: ContactGroupService;
  readonly history: ContactGroupHistory;
}

/** Builds the domain of contacts. */
export function makeContacts(parts: ContactsParts): ContactsDomain {
  const { repository, projects, changes, egress, secrets } = parts;
  const limits = new ContactLimits(repository, parts.limits);
  const service = new ContactGroupService(repository, projects, egress, changes, secrets, limits);
  return {
    service,
    history: new ContactGroupHistory(repository, projects, new RevivedContacts(secrets, egress), limits),
    resolvers: [
      new ContactGroupResolver(service, projects),
      new ContactResolver(new ContactSecretService(secrets)),
      new ProjectContactGroupsResolver(service),
      new ContactUsageResolver(limits),
    ],
    nodes: [storedNodes("cgr", (caller, id) => service.find(caller, id))],
  };
}
