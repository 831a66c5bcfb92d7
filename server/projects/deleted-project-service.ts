import type { Caller } from "../access/caller.js";
import type { AuditService } from "../audit/audit-service.js";
import type { PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import { DeletedProject } from "./deleted-project.js";
import type { GraceTime } from "./grace-time.js";
import type { ProjectRepository } from "./project-repository.js";

const newestFirst = { property: "deletedAt", direction: "DESC" } as const;

/** The deleted projects that can still be brought back. */
export class DeletedProjectService {
  constructor(
    private readonly repository: ProjectRepository,
    private readonly audit: AuditService,
    private readonly grace: GraceTime,
  ) {}

  /** Those of whoever may bring projects back, the last deleted first: two statements for a page of any size. */
  async list(caller: Caller, request: PageRequest): Promise<Connection<DeletedProject>> {
    caller.require("project.create");
    const narrow = this.repository.deletedSince(this.grace.beginsAt);
    const found = await this.repository.page({ narrow, order: newestFirst, page: request, list: "deletedProjects" });
    const entries = await this.audit.deletionsOf(caller, "Project", found.items);
    const cursors = new Map<string, string>();
    const items = found.items.flatMap((project) => {
      const { id, name, description, deletedAt } = project;
      if (deletedAt === null) return [];
      cursors.set(id, found.cursorOf(project));
      const restorableUntil = this.grace.endOf(deletedAt);
      const auditEntry = entries.get(id) ?? null;
      const described = { id, name, description, deletedAt, restorableUntil, auditEntry };
      return [Object.assign(new DeletedProject(), described)];
    });
    const page = { ...found, items, cursorOf: ({ id }: DeletedProject) => cursors.get(id) ?? "" };
    return connection(page, () => this.repository.count(narrow));
  }
}
