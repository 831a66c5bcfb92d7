import { ChildRepository } from "../core/database/child-repository.js";
import type { Database } from "../core/database/database.js";
import { all, contains, equals, type Narrow } from "../core/database/narrow.js";
import { BatchSource } from "../core/loaders.js";
import { Rule } from "./rule.js";
import type { RuleFilter } from "./rule-input.js";

/** Rules of projects in the database, of both kinds. */
export class RuleRepository extends ChildRepository<Rule> {
  /** How many rules of both kinds each of many projects has. */
  readonly countByProject = new BatchSource<string, number>((ids) => this.counts(ids, "projectId"));

  constructor(database: Database) {
    super(database, Rule);
  }

  /** The recording rule of the project that records the series with this hash. */
  async findRecorded(projectId: string, recordedSeries: string): Promise<Rule | null> {
    const [found] = await this.select(all(equals("projectId", projectId), equals("recordedSeries", recordedSeries)));
    return found ?? null;
  }

  /** The alerting rules of a project that are evaluated. */
  enabledAlertingOf(projectId: string): Promise<Rule[]> {
    return this.select(all(equals("projectId", projectId), this.where({ kind: "ALERTING", enabled: true })));
  }

  /** What passes the filter. */
  where({ kind, search, enabled, severity }: RuleFilter): Narrow {
    return all(
      ...(kind ? [equals("kind", kind)] : []),
      ...(search ? [contains("name", search)] : []),
      ...(enabled == null ? [] : [equals("enabled", enabled)]),
      ...(severity == null ? [] : [equals("severity", severity)]),
    );
  }
}
