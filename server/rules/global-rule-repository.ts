import type { Database } from "../core/database/database.js";
import { StoredRepository } from "../core/database/stored-repository.js";
import { GlobalRule } from "./global-rule.js";

/** Global rules in the database. */
export class GlobalRuleRepository extends StoredRepository<GlobalRule> {
  constructor(database: Database) {
    super(database, GlobalRule);
  }
}
