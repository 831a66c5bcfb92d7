import type { EntityTarget, QueryDeepPartialEntity } from "typeorm";
import type { Database } from "../core/database/database.js";
import { all, contains, equals, type Narrow } from "../core/database/narrow.js";
import { StoredRepository } from "../core/database/stored-repository.js";
import { BatchSource } from "../core/loaders.js";
import type { ProjectContents } from "../projects/project-contents.js";
import { Rule } from "./rule.js";
import type { RuleFilter } from "./rule-input.js";

/** Rules of projects in the database, of both kinds. */
export class RuleRepository extends StoredRepository<Rule> implements ProjectContents {
  /** How many rules of both kinds each of many projects has. */
  readonly countByProject = new BatchSource<string, number>((ids) => this.counts(ids, "projectId"));

  constructor(database: Database) {
    super(database, Rule);
  }

  /** Writes a new row; TypeORM takes the kind from the class that it is told, not from the object. */
  override async insert(rule: Rule): Promise<void> {
    const entity = rule.constructor as EntityTarget<Rule>;
    await this.database.transaction((manager) => manager.insert(entity, rule as QueryDeepPartialEntity<Rule>));
  }

  /** The recording rule of the project that records the series with this hash. */
  async findRecorded(projectId: string, recordedSeries: string): Promise<Rule | null> {
    const [found] = await this.select(all(equals("projectId", projectId), equals("recordedSeries", recordedSeries)));
    return found ?? null;
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

  async removeOf(projectId: string): Promise<void> {
    await this.database.transaction((manager) => manager.delete(Rule, { projectId }));
  }
}
