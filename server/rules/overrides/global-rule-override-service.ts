import type { Caller } from "../../access/caller.js";
import type { Change } from "../../audit/change.js";
import type { ChangeLog } from "../../audit/change-log.js";
import { altered } from "../../core/database/stored.js";
import { checkDuration } from "../../core/duration.js";
import { NotFoundError } from "../../core/errors.js";
import { newId, requireId } from "../../core/ids.js";
import type { PageRequest } from "../../core/page.js";
import { checkText } from "../../core/text.js";
import type { Connection } from "../../graph/connection.js";
import type { Outcome } from "../../graph/payload.js";
import { type UserError, UserErrors } from "../../graph/user-error.js";
import type { Project } from "../../projects/project.js";
import type { ProjectService } from "../../projects/project-service.js";
import { checkValues } from "../check-parameters.js";
import { longestWait } from "../check-rule.js";
import type { ExpressionChecker } from "../expression-checker.js";
import { fillParameters } from "../fill-parameters.js";
import type { GlobalRule } from "../global-rule.js";
import type { GlobalRuleRepository } from "../global-rule-repository.js";
import { narrowToProject } from "../promql/narrow-expression.js";
import { describeOverride, overriddenAlready } from "./describe-override.js";
import { EffectiveGlobalRule } from "./effective-global-rule.js";
import { GlobalRuleOverride } from "./global-rule-override.js";
import type { GlobalRuleOverrideInput } from "./global-rule-override-input.js";
import type { GlobalRuleOverrideRepository } from "./global-rule-override-repository.js";

/** Which global rule, for which project. */
export interface OverrideOf {
  readonly project: string;
  readonly globalRule: string;
}

/** The rules about what projects make of global rules: their administrators decide, where operators let them. */
export class GlobalRuleOverrideService {
  constructor(
    private readonly repository: GlobalRuleOverrideRepository,
    private readonly rules: GlobalRuleRepository,
    private readonly projects: ProjectService,
    private readonly expressions: ExpressionChecker,
    private readonly changes: ChangeLog,
  ) {}

  /** The override with this id; null when it is absent or invisible to the caller, or its rule was deleted. */
  async find(caller: Caller, id: string): Promise<GlobalRuleOverride | null> {
    const override = await caller.loaders.for(this.repository.byId).load(id);
    if (override === null || !caller.may("project.read", override.projectId)) return null;
    return (await this.#rule(caller, override.globalRuleId)) && override;
  }

  /** All global rules by name, as they are for the project. */
  async listOf(caller: Caller, project: Project, page: PageRequest): Promise<Connection<EffectiveGlobalRule>> {
    const overrides = await caller.loaders.for(this.repository.byProject).load(project.id);
    const byRule = new Map(overrides.map((override) => [override.globalRuleId, override]));
    const found = await this.rules.forProject(caller.loaders, project.id, page);
    const items = found.page.items.map(
      (rule) => new EffectiveGlobalRule(rule, byRule.get(rule.id) ?? null, project.name),
    );
    const cursorOf = (item: EffectiveGlobalRule) => found.page.cursorOf(item.globalRule);
    return { page: { ...found.page, items, cursorOf }, count: found.count };
  }

  /** The global rules that the project overrides, by name, as they are for it. */
  async overriddenBy(caller: Caller, project: Project): Promise<readonly EffectiveGlobalRule[]> {
    const overrides = await caller.loaders.for(this.repository.byProject).load(project.id);
    const effective = await Promise.all(overrides.map((override) => this.#effective(caller, override, project)));
    return effective.flatMap((each) => each ?? []).toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  }

  /** The rule as it is for the override's project. */
  async effectiveOf(caller: Caller, override: GlobalRuleOverride): Promise<EffectiveGlobalRule> {
    const project = await this.projects.require(caller, override.projectId);
    const effective = await this.#effective(caller, override, project);
    if (effective === null) throw new NotFoundError("Global rule");
    return effective;
  }

  async set(
    caller: Caller,
    of: OverrideOf,
    input: GlobalRuleOverrideInput,
    dryRun: boolean,
  ): Promise<Outcome<GlobalRuleOverride>> {
    const { project, globalRule } = await this.#named(caller, of);
    return this.changes.once(
      caller,
      (id) => this.find(caller, id),
      async (key) => {
        const before = await this.repository.findOf(project.id, globalRule.id);
        const after = altered(before ?? plainOverride(project.id, globalRule.id), {
          parameters: input.parameters === null ? {} : input.parameters,
          severity: input.severity,
          for: input.for,
          enabled: input.enabled === null ? true : input.enabled,
        });
        const userErrors = await this.#mistakes(caller, project, globalRule, after);
        const isStale = before === null && input.expectedVersion != null;
        const mistakes = isStale ? [...userErrors, goneMeanwhile] : userErrors;
        const change = this.#change(before, after, () =>
          before === null ? this.repository.insert(after) : this.repository.replace(after, before.version),
        );
        const { expectedVersion } = input;
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: mistakes });
      },
    );
  }

  async clear(
    caller: Caller,
    of: OverrideOf,
    expectedVersion: number | null,
    dryRun: boolean,
  ): Promise<Outcome<GlobalRuleOverride>> {
    const { project, globalRule } = await this.#named(caller, of);
    return this.changes.once(
      caller,
      (id) => this.find(caller, id),
      async (key) => {
        const before = await this.repository.findOf(project.id, globalRule.id);
        if (before === null) throw new NotFoundError("Override");
        const change = this.#change(before, null, () => this.repository.remove(before.id, before.version));
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  async #named(caller: Caller, of: OverrideOf): Promise<{ project: Project; globalRule: GlobalRule }> {
    const projectId = requireId("prj", of.project, ["project"]);
    requireId("grl", of.globalRule, ["globalRule"]);
    caller.requireIn(projectId, "globalRule.override", "Project");
    const project = await this.projects.require(caller, projectId);
    const globalRule = await this.rules.find(of.globalRule);
    if (globalRule === null) throw new NotFoundError("Global rule");
    return { project, globalRule };
  }

  async #mistakes(
    caller: Caller,
    project: Project,
    rule: GlobalRule,
    after: GlobalRuleOverride,
  ): Promise<readonly UserError[]> {
    const errors = new UserErrors();
    errors.check(whyNotOverridable(rule, project), ["globalRule"], "POLICY");
    checkValues(rule.parameters, after.parameters, errors);
    if (after.severity !== null) {
      errors.check(checkText("The severity", after.severity, { mostBytes: 64 }), ["input", "severity"]);
    }
    if (after.for !== null) errors.check(checkDuration(after.for, { most: longestWait }), ["input", "for"]);
    if (changesNothing(after)) {
      errors.add("INVALID", "It changes nothing. Give a value, or clear the override.", ["input"]);
    }
    if (!errors.any && Object.keys(after.parameters).length > 0) {
      const { expr } = fillParameters(rule, after.parameters);
      const result = await this.expressions.ofOperator(expr, caller.request.signal);
      for (const { message } of result.ok ? [] : result.problems) {
        errors.add("INVALID", `The expression cannot be with these values: ${message}`, ["input", "parameters"]);
      }
    }
    return errors.list;
  }

  async #effective(
    caller: Caller,
    override: GlobalRuleOverride,
    project: Project,
  ): Promise<EffectiveGlobalRule | null> {
    const rule = await this.#rule(caller, override.globalRuleId);
    return rule && new EffectiveGlobalRule(rule, override, project.name);
  }

  #rule(caller: Caller, id: string): Promise<GlobalRule | null> {
    return caller.loaders.for(this.rules.byId).load(id);
  }

  #change(
    before: GlobalRuleOverride | null,
    after: GlobalRuleOverride | null,
    write: Change["write"],
  ): Change<GlobalRuleOverride> {
    const projectId = (after ?? before)?.projectId ?? null;
    const entityType = "GlobalRuleOverride";
    return { entityType, projectId, before, after, describe: describeOverride, write, taken: overriddenAlready };
  }
}

const goneMeanwhile: UserError = {
  code: "CONFLICT",
  message: "The project does not override the rule any more. Read it again, then repeat your change.",
  path: ["input", "expectedVersion"],
};

function plainOverride(projectId: string, globalRuleId: string): GlobalRuleOverride {
  const values = {
    id: newId("gro"),
    projectId,
    globalRuleId,
    parameters: {},
    severity: null,
    for: null,
    enabled: true,
  };
  return Object.assign(new GlobalRuleOverride(), values);
}

function changesNothing({ parameters, severity, for: wait, enabled }: GlobalRuleOverride): boolean {
  return Object.keys(parameters).length === 0 && severity === null && wait === null && enabled;
}

function whyNotOverridable(rule: GlobalRule, project: Project): string | null {
  if (!rule.overridable) return "The operators let no project override this rule. Ask them to.";
  if (rule.mode === "GLOBAL") return "A rule that is evaluated on Thanos Rule cannot be overridden.";
  if (narrowToProject(rule.enforcedExpr, project.name) !== null) return null;
  return "The rule asks for series of other projects by their names, and does not watch this one.";
}

function sortKey({ globalRule: { name, id } }: EffectiveGlobalRule): string {
  return `${name} ${id}`;
}
