import { IsNull, LessThan } from "typeorm";
import type { ProjectNames } from "../access/identity.js";
import type { ProjectRevisions } from "../audit/change-log.js";
import type { Database } from "../core/database/database.js";
import { hydrated } from "../core/database/hydrated.js";
import { all, contains, equals, type Narrow, oneOf, since } from "../core/database/narrow.js";
import { StaleVersion } from "../core/database/stored.js";
import { StoredRepository } from "../core/database/stored-repository.js";
import { BatchSource, inOrderOf } from "../core/loaders.js";
import { Project } from "./project.js";
import type { ProjectFilter } from "./project-input.js";

const living: Narrow = (query, row) => query.andWhere(`${row}.deletedAt IS NULL`);
const unpurged: Narrow = (query, row) => query.andWhere(`${row}.purgedAt IS NULL`);

/** How many projects one statement touches. */
const mostBumped = 1_000;

/** Projects in the database; deleted ones stay as tombstones, which only `changedSince` shows. */
export class ProjectRepository extends StoredRepository<Project> implements ProjectRevisions, ProjectNames {
  /** Living projects by name, in the names' order. */
  readonly byName = new BatchSource<string, Project | null>(async (names) => {
    const rows = await this.#living("active_name", names);
    return inOrderOf(names, rows, (project) => project.name);
  });

  constructor(database: Database) {
    super(database, Project);
  }

  /** Living projects only: a deleted one is absent for everybody but the agents. */
  override async findMany(ids: readonly string[]): Promise<(Project | null)[]> {
    const rows = await this.#living("id", ids);
    return inOrderOf(ids, rows, (project) => project.id);
  }

  /** The project with this id, or its tombstone. */
  async findLivingOrGone(id: string): Promise<Project | null> {
    const [found] = await this.select(equals("id", id));
    return found ?? null;
  }

  async findByName(name: string): Promise<Project | null> {
    const [found] = await this.select(equals("activeName", name));
    return found ?? null;
  }

  async idsOf(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#idsBy("activeName", names);
  }

  /** Leaves it in its shard, wherever it was when it was read: it may have been moved meanwhile. */
  override replace(project: Partial<Project> & Pick<Project, "id">, version: number): Promise<void> {
    const { shardName: _, shardPin: __, ...rest } = project;
    return super.replace(rest, version);
  }

  /** Makes a living project of a tombstone, with its shard. */
  revive(project: Project, version: number): Promise<void> {
    return super.replace(project, version);
  }

  /** The ids of the living projects with these ids in OpenStack, by those. */
  async idsOfOpenstack(openstackIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#idsBy("openstackId", openstackIds);
  }

  /** The names of all living projects. */
  async livingNames(): Promise<readonly string[]> {
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(Project, "row")
        .select("row.activeName", "name")
        .where("row.activeName IS NOT NULL")
        .getRawMany<{ name: string }>(),
    );
    return rows.map(({ name }) => name);
  }

  /** What is readable by the caller and passes the filter. */
  where(filter: ProjectFilter, readable: "all" | readonly string[]): Narrow {
    return all(
      living,
      ...(readable === "all" ? [] : [oneOf("id", readable)]),
      ...(filter.search ? [contains("name", filter.search)] : []),
      ...(filter.names ? [oneOf("name", filter.names)] : []),
      ...(filter.openstackId ? [equals("openstackId", filter.openstackId)] : []),
      ...(filter.aclGroup ? [equals("aclGroup", filter.aclGroup)] : []),
    );
  }

  /** Only what is of a living project, whose id is in `property`. Read by each row's id, so that an order stays an index's. */
  ofLiving(property: string): Narrow {
    return (query, row) =>
      query.andWhere(`(SELECT owner.deleted_at IS NULL FROM project owner WHERE owner.id = ${row}.${property}) = 1`);
  }

  /** All projects, tombstones too, that changed after `revision`. */
  changedSince(revision: number): Narrow {
    return (query, row) => query.andWhere(`${row}.revision > :since`, { since: revision });
  }

  /** Tombstones from this time or later of which nothing was removed yet. */
  deletedSince(time: Date): Narrow {
    return all(since("deletedAt", time), unpurged);
  }

  /** The oldest tombstones from before a time of which nothing was removed yet, at most so many. */
  unpurgedBefore(time: Date, most: number): Promise<Project[]> {
    const where = { deletedAt: LessThan(time), purgedAt: IsNull() };
    return this.database.read((manager) =>
      manager.find(Project, { where, order: { deletedAt: "ASC", id: "ASC" }, take: most }),
    );
  }

  /** Leaves of a tombstone only what agents need: its name and its revision. */
  async purge({ id, version }: Project, purgedAt: Date): Promise<void> {
    const bare = { description: "", extraLabels: {}, aclGroup: null, purgedAt, version: version + 1 };
    await this.database.transaction((manager) => manager.update(Project, { id, version }, bare));
  }

  async bump(projectId: string, revision: number): Promise<void> {
    await this.database.transaction(async (manager) => {
      const result = await manager
        .createQueryBuilder()
        .update(Project)
        .set({ revision })
        .where("id = :projectId AND (deleted_at IS NULL OR revision = :revision)", { projectId, revision })
        .execute();
      if (result.affected !== 1) throw new StaleVersion();
    });
  }

  async bumpAll(projectIds: readonly string[], revision: number): Promise<void> {
    await this.database.transaction(async (manager) => {
      for (let from = 0; from < projectIds.length; from += mostBumped) {
        const ids = projectIds.slice(from, from + mostBumped);
        await manager
          .createQueryBuilder()
          .update(Project)
          .set({ revision })
          .where("id IN (:...ids) AND deleted_at IS NULL", { ids })
          .execute();
      }
    });
  }

  /** Nearly every request asks for projects, and TypeORM takes three times as long with all that it does. */
  async #living(column: "id" | "active_name", values: readonly string[]): Promise<Project[]> {
    if (values.length === 0) return [];
    const marks = values.map(() => "?").join(", ");
    return this.database.read(async (manager) => {
      const rows: readonly Readonly<Record<string, unknown>>[] = await manager.query(
        `SELECT * FROM project WHERE ${column} IN (${marks}) AND deleted_at IS NULL`,
        [...values],
      );
      return rows.map((row) => hydrated(manager, Project, row));
    });
  }

  /** Only the two columns: asked with every request of somebody who signed in. */
  async #idsBy(
    property: "activeName" | "openstackId",
    values: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    if (values.length === 0) return new Map();
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(Project, "row")
        .select("row.id", "id")
        .addSelect(`row.${property}`, "value")
        .where(`row.${property} IN (:...values) AND row.deletedAt IS NULL`, { values: [...values] })
        .getRawMany<{ id: string; value: string }>(),
    );
    return new Map(rows.map(({ id, value }) => [value, id]));
  }
}
