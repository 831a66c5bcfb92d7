import type { Caller } from "../access/caller.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import type { QueryReader } from "../clients/query-reader.js";
import type { Database } from "../core/database/database.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import type { LimitService } from "../projects/limit-service.js";
import type { ProjectService } from "../projects/project-service.js";
import { ExpressionChecker } from "./expression-checker.js";
import { ExpressionResolver } from "./expression-resolver.js";
import { ExpressionService } from "./expression-service.js";
import { GlobalRuleChecks } from "./global-rule-checks.js";
import { GlobalRuleHistory } from "./global-rule-history.js";
import { GlobalRuleRepository } from "./global-rule-repository.js";
import { GlobalRuleResolver } from "./global-rule-resolver.js";
import { GlobalRuleService } from "./global-rule-service.js";
import { RulesImportResolver } from "./import/rules-import-resolver.js";
import { RulesImportService } from "./import/rules-import-service.js";
import { GlobalRuleOverrideHistory } from "./overrides/global-rule-override-history.js";
import { GlobalRuleOverrideRepository } from "./overrides/global-rule-override-repository.js";
import { GlobalRuleOverrideResolver, ProjectGlobalRulesResolver } from "./overrides/global-rule-override-resolver.js";
import { GlobalRuleOverrideService } from "./overrides/global-rule-override-service.js";
import { allPacks } from "./packs/all-packs.js";
import { RulePackResolver } from "./packs/rule-pack-resolver.js";
import { RulePackService } from "./packs/rule-pack-service.js";
import { RuleChecks } from "./rule-checks.js";
import { RuleHealthService } from "./rule-health-service.js";
import { RuleHistory } from "./rule-history.js";
import { RuleLimits } from "./rule-limits.js";
import { RuleRepository } from "./rule-repository.js";
import { ProjectRulesResolver, RuleResolver } from "./rule-resolver.js";
import { RuleService } from "./rule-service.js";
import { RuleUsageResolver } from "./rule-usage-resolver.js";
import { type FirstScrape, SettlingTimes } from "./settling-time.js";

/** What rules are built over. */
export interface RulesParts {
  readonly database: Database;
  readonly projects: ProjectService;
  readonly limits: LimitService;
  readonly changes: ChangeLog;
  readonly prometheus: Pick<PrometheusView, "rules" | "sizes">;
  readonly queries: Pick<QueryReader, "read">;
  readonly scrapes: FirstScrape;
  /** Where it stands what to do about the alerts of rule packs; `{alert}` stands for the alert's name. */
  readonly runbookUrl: string;
}

/** The rules of projects, and the global ones. */
export interface RulesDomain extends GraphPart<Caller> {
  readonly service: RuleService;
  readonly history: RuleHistory;
  readonly globalService: GlobalRuleService;
  readonly globalHistory: GlobalRuleHistory;
  readonly overrideHistory: GlobalRuleOverrideHistory;
  readonly settling: SettlingTimes;
}

/** Builds the domain of rules. */
export function makeRules(parts: RulesParts): RulesDomain {
  const { database, projects, changes, prometheus, queries } = parts;
  const checker = new ExpressionChecker(queries);

  const repository = new RuleRepository(database);
  const limits = new RuleLimits(repository, parts.limits);
  const checks = new RuleChecks(checker, limits);
  const health = new RuleHealthService(prometheus, projects);
  const service = new RuleService(repository, projects, checks, changes, limits);

  const globalRepository = new GlobalRuleRepository(database);
  const globalChecks = new GlobalRuleChecks(checker);
  const overrides = new GlobalRuleOverrideRepository(database);
  const globalService = new GlobalRuleService(globalRepository, globalChecks, overrides, changes);
  const overrideService = new GlobalRuleOverrideService(overrides, globalRepository, projects, checker, changes);
  return {
    service,
    history: new RuleHistory(repository, projects, checks, limits),
    globalService,
    globalHistory: new GlobalRuleHistory(globalRepository, globalChecks, overrides),
    settling: new SettlingTimes(repository, globalRepository, overrides, parts.scrapes),
    overrideHistory: new GlobalRuleOverrideHistory(overrides, projects),
    resolvers: [
      new RuleResolver(service, health, projects),
      new ProjectRulesResolver(service),
      new RulesImportResolver(new RulesImportService(repository, projects, checks, limits, changes)),
      new RuleUsageResolver(limits, health),
      new GlobalRuleResolver(globalService),
      new GlobalRuleOverrideResolver(overrideService, projects),
      new ProjectGlobalRulesResolver(overrideService),
      new RulePackResolver(
        new RulePackService(allPacks, globalRepository, overrides, globalChecks, changes, parts.runbookUrl),
      ),
      new ExpressionResolver(new ExpressionService(projects, checker, limits)),
    ],
    nodes: [
      storedNodes("rul", (caller, id) => service.find(caller, id)),
      storedNodes("grl", (caller, id) => globalService.find(caller, id)),
      storedNodes("gro", (caller, id) => overrideService.find(caller, id)),
    ],
  };
}
