import { ChildRepository } from "../../core/database/child-repository.js";
import type { Database } from "../../core/database/database.js";
import { all, equals, oneOf } from "../../core/database/narrow.js";
import { BatchSource, groupBy } from "../../core/loaders.js";
import { GlobalRuleOverride } from "./global-rule-override.js";

/** What projects make of global rules, in the database. */
export class GlobalRuleOverrideRepository extends ChildRepository<GlobalRuleOverride> {
  /** Those of each project, whatever became of the rule. */
  readonly byProject = new BatchSource<string, readonly GlobalRuleOverride[]>(async (ids) => {
    const found = groupBy(await this.select(oneOf("projectId", ids)), ({ projectId }) => projectId);
    return ids.map((id) => found.get(id) ?? []);
  });

  constructor(database: Database) {
    super(database, GlobalRuleOverride);
  }

  async findOf(projectId: string, globalRuleId: string): Promise<GlobalRuleOverride | null> {
    const [found] = await this.select(all(equals("projectId", projectId), equals("globalRuleId", globalRuleId)));
    return found ?? null;
  }

  /** The projects that override the rule. */
  async projectsOverriding(globalRuleId: string): Promise<string[]> {
    return (await this.select(equals("globalRuleId", globalRuleId))).map(({ projectId }) => projectId);
  }
}
