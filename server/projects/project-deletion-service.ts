import type { Caller } from "../access/caller.js";
import type { Act } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { altered } from "../core/database/stored.js";
import { NotFoundError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import type { Outcome } from "../graph/payload.js";
import { describeProject } from "./describe-project.js";
import type { Project } from "./project.js";
import type { ProjectContents } from "./project-contents.js";
import type { ProjectRepository } from "./project-repository.js";
import type { ProjectService } from "./project-service.js";

/** Deletes projects with what belongs to them; apart from `ProjectService`, which the owners of the contents build on. */
export class ProjectDeletionService {
  constructor(
    private readonly repository: ProjectRepository,
    private readonly projects: ProjectService,
    private readonly contents: readonly ProjectContents[],
    private readonly changes: ChangeLog,
    private readonly now: () => Date,
  ) {}

  /** Deletes the project and all that belongs to it; a tombstone stays, so that the agents hear of it. */
  remove(caller: Caller, id: string, expectedVersion: number | null, dryRun: boolean): Promise<Outcome<Project>> {
    requireId("prj", id);
    caller.requireIn(id, "project.delete", "Project");
    return this.changes.once(
      caller,
      (known) => this.projects.find(caller, known),
      async (key) => {
        const before = await this.repository.find(id);
        if (before === null) throw new NotFoundError("Project");
        const change = {
          entityType: "Project",
          projectId: id,
          before,
          after: null,
          describe: describeProject,
          write: (revision: number) => this.#bury(before, revision),
          alongside: () => this.#removeContents(before),
        };
        const outcome = await this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
        if (outcome.revision !== null)
          for (const contents of this.contents) await contents.afterRemoval?.(caller, before);
        return outcome;
      },
    );
  }

  async #bury(project: Project, revision: number): Promise<void> {
    const { version } = project;
    const gone = { activeName: null, deletedAt: this.now(), openstackId: null, defaultContactGroupId: null };
    await this.repository.replace(altered(project, { ...gone, version: version + 1, revision }), version);
  }

  async #removeContents(project: Project): Promise<readonly Act[]> {
    const acts: Act[] = [];
    for (const contents of this.contents) acts.push(...(await contents.removeOf(project)));
    return acts;
  }
}
