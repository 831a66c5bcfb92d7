import type { Database } from "../../core/database/database.js";
import { everything, oneOf } from "../../core/database/narrow.js";
import { StoredRepository } from "../../core/database/stored-repository.js";
import { BatchSource, inOrderOf } from "../../core/loaders.js";
import { ProjectMove } from "./project-move.js";

/** Projects on their way, in the database. There are few at a time. */
export class ProjectMoveRepository extends StoredRepository<ProjectMove> {
  readonly byProject = new BatchSource<string, ProjectMove | null>(async (ids) => {
    return inOrderOf(ids, await this.select(oneOf("projectId", ids)), ({ projectId }) => projectId);
  });

  constructor(database: Database) {
    super(database, ProjectMove);
  }

  /** All of them, the oldest first. */
  list(): Promise<ProjectMove[]> {
    return this.select(everything, { property: "createdAt", direction: "ASC" });
  }
}
