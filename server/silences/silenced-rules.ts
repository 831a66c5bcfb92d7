import type { Caller } from "../access/caller.js";
import type { Matcher } from "../core/matcher.js";
import { comparePositions, type PageRequest, type Position, pageOfArray } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { ProjectService } from "../projects/project-service.js";
import type { GlobalRuleService } from "../rules/global-rule-service.js";
import type { RuleService } from "../rules/rule-service.js";
import { couldMatch, labelsOfGlobalRule, labelsOfRule } from "./rule-labels.js";
import type { SilencedRule, SilencePreview } from "./silence-preview.js";
import { projectOf } from "./silence-scope.js";

/** Finds the rules that have no alert yet that a silence matches, and could have one. */
export class SilencedRules {
  constructor(
    private readonly projects: ProjectService,
    private readonly rules: RuleService,
    private readonly globalRules: GlobalRuleService,
  ) {}

  /** Such rules, by name: those of its project where it is for one, and the global ones. */
  async page(caller: Caller, preview: SilencePreview, page: PageRequest): Promise<Connection<SilencedRule>> {
    const found = preview.cluster === null ? [] : await this.#find(caller, preview.matchers);
    const firing = new Set(preview.hits.map(({ ruleId }) => ruleId));
    const rules = found.filter((rule) => !firing.has(positionOf(rule)[1]));
    rules.sort((one, other) => comparePositions(positionOf(one), positionOf(other)));
    return connection(pageOfArray(rules, page, "SilencePreview.rules", positionOf), () => rules.length);
  }

  async #find(caller: Caller, matchers: readonly Matcher[]): Promise<SilencedRule[]> {
    const name = projectOf(matchers);
    const project = name === null ? null : await this.projects.findByName(caller, name);
    // A silence for one project that the caller does not see, or that does not exist, is not for this caller to write.
    if (name !== null && project === null) return [];
    const could = couldMatch(matchers, caller.matching);
    const own = project === null ? [] : await this.rules.enabledAlerting(caller, project.id);
    const global = await this.globalRules.enabled(caller);
    return [
      ...own.flatMap((rule) => (project && could(labelsOfRule(rule, project)) ? { rule, globalRule: null } : [])),
      ...global.flatMap((rule) => (could(labelsOfGlobalRule(rule, project)) ? { rule: null, globalRule: rule } : [])),
    ];
  }
}

function positionOf({ rule, globalRule }: SilencedRule): Position {
  const { name, id } = rule ?? globalRule ?? { name: "", id: "" };
  return [name, id];
}
