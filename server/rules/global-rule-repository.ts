import type { Database } from "../core/database/database.js";
import { equals, everything } from "../core/database/narrow.js";
import { StoredRepository } from "../core/database/stored-repository.js";
import type { ListQuery } from "../core/database/table-reader.js";
import { BatchSource, type Loaders } from "../core/loaders.js";
import type { Page, PageRequest } from "../core/page.js";
import { GlobalRule } from "./global-rule.js";

const byName = { property: "name", direction: "ASC" } as const;

/** Global rules in the database. */
export class GlobalRuleRepository extends StoredRepository<GlobalRule> {
  readonly #count = new BatchSource<string, number>(async (keys) => {
    const count = await this.count(everything);
    return keys.map(() => count);
  });

  constructor(database: Database) {
    super(database, GlobalRule);
  }

  /** Those that were installed from a pack. */
  ofPack(pack: string): Promise<GlobalRule[]> {
    return this.select(equals("pack", pack));
  }

  /** A page of all global rules with cursors that are good below one project alone; read once for all projects of a request. */
  async forProject(
    loaders: Loaders,
    projectId: string,
    page: PageRequest,
  ): Promise<{ page: Page<GlobalRule>; count: () => Promise<number> }> {
    const query = { order: byName, page, list: "Project.globalRules" };
    const pages = () => new BatchSource<string, Page<GlobalRule>>((ids) => this.#pages(ids, query));
    const key = JSON.stringify(["Project.globalRules", page.first, page.after]);
    return {
      page: await loaders.keyed(key, pages).load(projectId),
      count: () => loaders.for(this.#count).load("all"),
    };
  }

  async #pages(projectIds: readonly string[], query: ListQuery): Promise<Page<GlobalRule>[]> {
    const listOf = (id: string) => `${query.list}@${id}`;
    const [first = "", ...others] = projectIds;
    const page = await this.page({ ...query, list: listOf(first) });
    if (query.page.after != null) {
      return [page, ...(await Promise.all(others.map((id) => this.page({ ...query, list: listOf(id) }))))];
    }
    return [page, ...others.map((id) => ({ ...page, cursorOf: this.cursorsOf({ ...query, list: listOf(id) }) }))];
  }
}
