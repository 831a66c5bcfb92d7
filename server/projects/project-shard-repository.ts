import { In, IsNull, Not } from "typeorm";
import type { Database } from "../core/database/database.js";
import { Project } from "./project.js";
import type { ProjectRepository } from "./project-repository.js";
import type { ProjectShards } from "./project-shards.js";

/** The shards of projects in the database. */
export class ProjectShardRepository implements ProjectShards {
  constructor(
    private readonly database: Database,
    private readonly projects: ProjectRepository,
  ) {}

  living(): ReturnType<ProjectShards["living"]> {
    const select = { id: true, name: true, shardName: true, shardPin: true };
    return this.database.read((manager) => manager.find(Project, { select, where: { activeName: Not(IsNull()) } }));
  }

  async assign(ids: readonly string[], shardName: string): Promise<void> {
    if (ids.length === 0) return;
    await this.database.transaction((manager) =>
      manager.update(Project, { id: In([...ids]), shardName: IsNull() }, { shardName }),
    );
  }

  async put(id: string, shardName: string): Promise<void> {
    await this.database.transaction((manager) => manager.update(Project, { id }, { shardName }));
  }

  async pin(project: Project, version: number): Promise<void> {
    const { id, shardPin } = project;
    await this.projects.replace(project, version);
    await this.database.transaction((manager) => manager.update(Project, { id }, { shardPin }));
  }

  find(id: string): Promise<Project | null> {
    return this.projects.find(id);
  }

  findMany(ids: readonly string[]): Promise<(Project | null)[]> {
    return this.projects.findMany(ids);
  }
}
