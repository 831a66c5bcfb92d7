import type { Caller } from "../access/caller.js";
import { requireId } from "../core/ids.js";
import type { Page, PageRequest } from "../core/page.js";
import type { AuditEntry } from "./audit-entry.js";
import type { AuditEntryFilter } from "./audit-entry-input.js";
import { type AuditRepository, auditEntriesWhere, type Revisions } from "./audit-repository.js";

const newestFirst = { property: "revision", direction: "DESC" } as const;

/** Reads the change log: each caller sees the changes of its projects, operators and readers all. */
export class AuditService {
  constructor(private readonly repository: AuditRepository) {}

  /** The newest revisions; what configurators compare with their own. */
  revisions(caller: Caller): Promise<Revisions> {
    caller.require("change.read");
    return this.repository.revisions();
  }

  /** The entry with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<AuditEntry | null> {
    const entry = await caller.loaders.for(this.repository.byId).load(id);
    return entry && caller.may("audit.read", entry.projectId) ? entry : null;
  }

  async list(caller: Caller, { project, ...filter }: AuditEntryFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    caller.requireAnywhere("audit.read");
    if (project != null) requireId("prj", project, ["filter", "project"]);
    const readable = caller.may("audit.read") ? "all" : [...caller.principal.memberships.keys()];
    const narrow = auditEntriesWhere({ ...filter, projectId: project }, readable);
    return this.repository.page({ narrow, order: newestFirst, page, list: "auditEntries" });
  }

  /** The changes within one project; null when the caller may not read them. */
  async listOf(caller: Caller, projectId: string, page: PageRequest): Promise<Page<AuditEntry> | null> {
    if (!caller.may("audit.read", projectId)) return null;
    const query = { order: newestFirst, page, list: "Project.auditEntries" };
    return (await this.repository.below(caller.loaders, "projectId", projectId, query)).page;
  }
}
