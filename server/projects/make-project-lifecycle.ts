import type { Caller } from "../access/caller.js";
import type { AuditService } from "../audit/audit-service.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { GraphPart } from "../graph/graph-part.js";
import { DeletedProjectResolver } from "./deleted-project-resolver.js";
import { DeletedProjectService } from "./deleted-project-service.js";
import { GraceTime } from "./grace-time.js";
import type { LimitService } from "./limit-service.js";
import type { ContactGroupsOfProject, ProjectContents, ReturningContents } from "./project-contents.js";
import { ProjectDeletionService } from "./project-deletion-service.js";
import { ProjectHistory } from "./project-history.js";
import { type ObjectsOfProject, ProjectPurge, type SecretsOfObjects } from "./project-purge.js";
import type { ProjectRepository } from "./project-repository.js";
import { ProjectResolver } from "./project-resolver.js";
import type { ProjectService } from "./project-service.js";
import type { ProjectSettings } from "./project-settings.js";
import { ProjectTokenRoles, type RolesInProject } from "./project-token-roles.js";

/** What takes part when a project goes away or comes back. */
export interface ProjectLifecycleParts {
  readonly settings: ProjectSettings;
  readonly repository: ProjectRepository;
  readonly projects: ProjectService;
  readonly limits: LimitService;
  readonly changes: ChangeLog;
  readonly audit: AuditService;
  readonly objects: ObjectsOfProject;
  readonly secrets: SecretsOfObjects;
  readonly tokenRoles: RolesInProject;
  readonly contactGroups: ContactGroupsOfProject;
  /** What belongs to projects, of all the domains that own some of it. */
  readonly contents: readonly (ProjectContents & ReturningContents)[];
  /** What goes away with them, and does not come back. */
  readonly passing: readonly ProjectContents[];
  readonly now: () => Date;
}

/** How projects go away with what belongs to them, and come back. */
export interface ProjectLifecycle extends GraphPart<Caller> {
  readonly history: ProjectHistory;
  readonly purge: ProjectPurge;
  readonly grace: GraceTime;
}

/** Builds the rest of the domain of projects, after the domains that own what belongs to them. */
export function makeProjectLifecycle(parts: ProjectLifecycleParts): ProjectLifecycle {
  const { repository, projects, limits, changes, tokenRoles, contactGroups, contents, passing, now } = parts;
  const grace = new GraceTime(parts.settings, now);
  const leaving = [new ProjectTokenRoles(tokenRoles), ...contents, ...passing];
  const deletion = new ProjectDeletionService(repository, projects, leaving, changes, now);
  return {
    history: new ProjectHistory(repository, projects, contents, contactGroups, limits, grace),
    purge: new ProjectPurge(repository, grace, parts.objects, parts.secrets, changes, now),
    grace,
    resolvers: [
      new ProjectResolver(projects, deletion),
      new DeletedProjectResolver(new DeletedProjectService(repository, parts.audit, grace)),
    ],
    nodes: [],
  };
}
