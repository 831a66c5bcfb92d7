import type { Caller } from "../access/caller.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { GraceTime } from "./grace-time.js";
import type { Project } from "./project.js";
import type { ProjectRepository } from "./project-repository.js";

/** Tells which objects a project ever had; asked of the change log. */
export interface ObjectsOfProject {
  /** The ids of its objects of these types, as the change log names them. */
  objectsOf(projectId: string, entityTypes: readonly string[]): Promise<readonly string[]>;
}

/** Removes the secrets of objects; asked of the domain that keeps them. */
export interface SecretsOfObjects {
  /** Removes them inside the caller's transaction; resolves to their number. */
  removeOf(entityIds: readonly string[]): Promise<number>;
}

/** The types of objects that have secrets. */
const withSecrets = ["ContactGroup", "ScrapeJob"];
/** Looked up at once. */
const batchSize = 50;

/**
 * Removes what is left of projects whose grace time is over: their secrets, and all that their tombstones say but for the
 * name. The bare tombstone stays, because an agent that was away for long learns from it that the project is gone.
 */
export class ProjectPurge {
  constructor(
    private readonly repository: ProjectRepository,
    private readonly grace: GraceTime,
    private readonly objects: ObjectsOfProject,
    private readonly secrets: SecretsOfObjects,
    private readonly changes: ChangeLog,
    private readonly now: () => Date,
  ) {}

  /** Purges one project after the other, each noted in the change log; resolves to their number. */
  async run(caller: Caller, stopped?: AbortSignal): Promise<number> {
    for (let purged = 0; ; ) {
      const over = await this.repository.unpurgedBefore(this.grace.beginsAt, batchSize);
      if (over.length === 0) return purged;
      for (const { id } of over) {
        if (stopped?.aborted) return purged;
        if (await this.#purge(caller, id)) purged++;
      }
    }
  }

  /** Alone, so that nobody brings it back meanwhile, and no other server is at it. */
  #purge(caller: Caller, id: string): Promise<boolean> {
    return this.changes.alone(async () => {
      const tombstone = await this.repository.findLivingOrGone(id);
      if (tombstone === null || tombstone.deletedAt === null || tombstone.purgedAt !== null) return false;
      const secrets = await this.secrets.removeOf(await this.objects.objectsOf(id, withSecrets));
      await this.repository.purge(tombstone, this.now());
      await this.#note(caller, tombstone, secrets);
      return true;
    });
  }

  #note(caller: Caller, { id, name, deletedAt }: Project, secrets: number): Promise<void> {
    const before = { name, deletedAt: deletedAt?.toISOString() ?? null, secrets };
    const subject = { entityType: "DeletedProject", entityId: id, projectId: null };
    return this.changes.note(caller, [{ action: "DELETE", ...subject, before, after: null }], null);
  }
}
