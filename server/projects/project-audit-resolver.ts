import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { AuditEntry, AuditEntryConnection } from "../audit/audit-entry.js";
import type { AuditService } from "../audit/audit-service.js";
import { PageArguments } from "../graph/connection.js";
import { Project } from "./project.js";
import type { ProjectService } from "./project-service.js";

/** The changes of a project. */
@Resolver(() => Project)
export class ProjectAuditResolver {
  constructor(private readonly audit: AuditService) {}

  @FieldResolver(() => AuditEntryConnection, {
    nullable: true,
    description: "Its changes, newest first; null when you may not read them.",
  })
  async auditEntries(@Ctx() caller: Caller, @Root() project: Project, @Args(() => PageArguments) page: PageArguments) {
    const entries = await this.audit.listOf(caller, project.id, page);
    return entries && { page: entries };
  }
}

/** The project of a change. */
@Resolver(() => AuditEntry)
export class AuditProjectResolver {
  constructor(private readonly projects: ProjectService) {}

  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project that the object belongs to; null for global rules and deleted projects.",
  })
  project(@Ctx() caller: Caller, @Root() entry: AuditEntry) {
    return entry.projectId === null ? null : this.projects.find(caller, entry.projectId);
  }
}
