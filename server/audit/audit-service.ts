import { apiTokenEntity } from "../access/api-token-acts.js";
import type { Caller } from "../access/caller.js";
import { all } from "../core/database/narrow.js";
import { requireId } from "../core/ids.js";
import type { Page, PageRequest } from "../core/page.js";
import type { AuditEntry } from "./audit-entry.js";
import type { AuditEntryFilter } from "./audit-entry-input.js";
import { type AuditRepository, auditEntriesWhere, entriesOn, type Revisions } from "./audit-repository.js";
import type { Described } from "./restorable.js";

/** By time and not by revision, which not every entry takes. */
const newestFirst = { property: "at", direction: "DESC" } as const;

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
    if (entry === null) return null;
    if (entry.entityType === apiTokenEntity && !caller.may("audit.readTokens", entry.projectId)) return null;
    const mayRead = entry.projectId === null ? caller.may("platform.read") : caller.may("audit.read", entry.projectId);
    return mayRead ? entry : null;
  }

  async list(caller: Caller, { project, ...filter }: AuditEntryFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    caller.requireAnywhere("audit.read");
    if (project != null) requireId("prj", project, ["filter", "project"]);
    const readable = caller.projectsFor("audit.read");
    const narrow = all(
      auditEntriesWhere({ ...filter, projectId: project }, readable, caller.may("platform.read")),
      entriesOn(apiTokenEntity, caller.projectsFor("audit.readTokens")),
    );
    return this.repository.page({ narrow, order: newestFirst, page, list: "auditEntries" });
  }

  /** What a project's deletion, which `entry` tells of, took with it; nothing for other entries. */
  async wentAlong({ action, entityId, projectId, revision }: AuditEntry): Promise<readonly Described[]> {
    if (action !== "DELETE" || projectId === null || entityId !== projectId) return [];
    const entries = await this.repository.deletionsIn(projectId, revision);
    return entries.flatMap(({ entityType, entityId: id, before }) =>
      id === projectId || before === null ? [] : [{ entityType, id, projectId, description: before }],
    );
  }

  /** By id the entries that tell of the deletions that these objects of a type have gone with, those that the caller may not read left out. */
  async deletionsOf(
    caller: Caller,
    entityType: string,
    gone: readonly { readonly id: string; readonly revision: number }[],
  ): Promise<ReadonlyMap<string, AuditEntry>> {
    const entries = await this.repository.deletionsOf(
      entityType,
      gone.map(({ id }) => id),
    );
    const revisions = new Map(gone.map(({ id, revision }) => [id, revision]));
    const last = entries.filter(({ entityId, revision }) => revisions.get(entityId) === revision);
    return new Map(
      last.flatMap((entry) => (caller.may("audit.read", entry.projectId) ? [[entry.entityId, entry] as const] : [])),
    );
  }

  /** The address that the change came from; null when it is not known, or the caller may not know it. */
  sourceOf(caller: Caller, { projectId, source }: AuditEntry): string | null {
    const mayRead = projectId === null ? caller.may("platform.read") : caller.may("audit.readSource", projectId);
    return mayRead ? source : null;
  }

  /** The changes within one project; null when the caller may not read them. */
  async listOf(caller: Caller, projectId: string, page: PageRequest): Promise<Page<AuditEntry> | null> {
    if (!caller.may("audit.read", projectId)) return null;
    const withTokens = caller.may("audit.readTokens", projectId);
    const narrow = entriesOn(apiTokenEntity, withTokens ? "all" : []);
    const query = { narrow, filter: { withTokens }, order: newestFirst, page, list: "Project.auditEntries" };
    return (await this.repository.below(caller.loaders, "projectId", projectId, query)).page;
  }
}
