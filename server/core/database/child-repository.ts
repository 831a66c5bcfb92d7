import type { ObjectLiteral } from "typeorm";
import { equals } from "./narrow.js";
import type { Stored } from "./stored.js";
import { StoredRepository } from "./stored-repository.js";

/** What belongs to one project for good. */
export interface Child extends Stored {
  readonly projectId: string;
}

/** Reads and writes one kind of noun that belongs to projects. */
export class ChildRepository<T extends Child & ObjectLiteral> extends StoredRepository<T> {
  /** All that belongs to the project, oldest first. */
  ofProject(projectId: string): Promise<T[]> {
    return this.select(equals("projectId", projectId), { property: "id", direction: "ASC" });
  }

  /** Deletes all that belongs to the project, inside the caller's transaction. */
  async removeOf(projectId: string): Promise<void> {
    await this.database.transaction((manager) =>
      manager.createQueryBuilder().delete().from(this.entity).where("project_id = :projectId", { projectId }).execute(),
    );
  }
}
