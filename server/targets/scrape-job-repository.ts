import { ChildRepository } from "../core/database/child-repository.js";
import type { Database } from "../core/database/database.js";
import { all, contains, equals, type Narrow } from "../core/database/narrow.js";
import type { EntryCount } from "../core/database/table-reader.js";
import { BatchSource, groupBy } from "../core/loaders.js";
import type { SecretPlace } from "../secrets/secret-keys.js";
import type { SecretHolder } from "../secrets/secret-pruning.js";
import { ScrapeJob } from "./scrape-job.js";
import type { ScrapeJobFilter } from "./scrape-job-input.js";

/** Scrape jobs in the database. */
export class ScrapeJobRepository extends ChildRepository<ScrapeJob> implements SecretHolder {
  /** The ids of all scrape jobs of each of many projects. */
  readonly idsByProject = new BatchSource<string, readonly string[]>(async (projectIds) => {
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(ScrapeJob, "row")
        .select("row.id", "id")
        .addSelect("row.projectId", "projectId")
        .where("row.projectId IN (:...projectIds)", { projectIds: [...projectIds] })
        .getRawMany<{ id: string; projectId: string }>(),
    );
    const byProject = groupBy(rows, ({ projectId }) => projectId);
    return projectIds.map((projectId) => (byProject.get(projectId) ?? []).map(({ id }) => id));
  });

  /** How many scrape jobs each of many projects has, and how many static targets in them all. */
  readonly usageByProject = new BatchSource<string, EntryCount>((ids) =>
    this.entryCounts(ids, "projectId", "staticTargets"),
  );

  constructor(database: Database) {
    super(database, ScrapeJob);
  }

  async findByName(projectId: string, name: string): Promise<ScrapeJob | null> {
    const [found] = await this.select(all(equals("projectId", projectId), equals("name", name)));
    return found ?? null;
  }

  /** What passes the filter. */
  where({ search, enabled }: ScrapeJobFilter): Narrow {
    return all(...(search ? [contains("name", search)] : []), ...(enabled == null ? [] : [equals("enabled", enabled)]));
  }

  async heldSecrets(secrets: readonly SecretPlace[]): Promise<readonly string[]> {
    const jobs = await this.findMany([...new Set(secrets.map(({ entityId }) => entityId))]);
    return jobs.flatMap((job) => job?.credentials?.secretId ?? []);
  }
}
