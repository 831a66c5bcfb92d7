import type { Caller } from "../access/caller.js";
import type { Change, Description } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { everything } from "../core/database/narrow.js";
import { altered } from "../core/database/stored.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import type { PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { addExpressionProblems, checkAlerting } from "./check-rule.js";
import { describeAlerting } from "./describe-rule.js";
import type { ExpressionChecker } from "./expression-checker.js";
import { GlobalRule } from "./global-rule.js";
import type { GlobalRuleCreateInput, GlobalRuleUpdateInput } from "./global-rule-input.js";
import type { GlobalRuleRepository } from "./global-rule-repository.js";

const byName = { property: "name", direction: "ASC" } as const;

/** The rules about global rules: operators write them, and whoever reads any project reads them. */
export class GlobalRuleService {
  constructor(
    private readonly repository: GlobalRuleRepository,
    private readonly expressions: ExpressionChecker,
    private readonly changes: ChangeLog,
  ) {}

  /** The rule with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<GlobalRule | null> {
    return caller.mayAnywhere("globalRule.read") ? caller.loaders.for(this.repository.byId).load(id) : null;
  }

  /** All of them, by name. */
  async list(caller: Caller, page: PageRequest): Promise<Connection<GlobalRule>> {
    caller.requireAnywhere("globalRule.read");
    const found = await this.repository.page({ order: byName, page, list: "globalRules" });
    return connection(found, () => this.repository.count(everything));
  }

  async create(caller: Caller, input: GlobalRuleCreateInput, dryRun: boolean): Promise<Outcome<GlobalRule>> {
    caller.require("globalRule.write");
    return this.changes.once(
      caller,
      (id) => this.find(caller, id),
      async (key) => {
        const { rule, userErrors } = await this.#checked(
          caller,
          Object.assign(new GlobalRule(), {
            id: newId("grl"),
            name: input.name,
            mode: input.mode ?? initial.mode,
            expr: input.expr,
            for: input.for ?? initial.for,
            keepFiringFor: input.keepFiringFor ?? null,
            severity: input.severity ?? initial.severity,
            labels: input.labels ?? {},
            annotations: input.annotations ?? {},
            interval: input.interval ?? null,
            enabled: input.enabled ?? true,
          }),
        );
        const change = changeOf(null, rule, () => this.repository.insert(rule));
        return this.changes.commit(caller, change, { dryRun, key, userErrors });
      },
    );
  }

  async update(
    caller: Caller,
    id: string,
    input: GlobalRuleUpdateInput,
    dryRun: boolean,
  ): Promise<Outcome<GlobalRule>> {
    requireId("grl", id);
    caller.require("globalRule.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#existing(id);
        const { rule, userErrors } = await this.#checked(
          caller,
          altered(before, {
            name: cleared(input.name, ""),
            mode: cleared(input.mode, initial.mode),
            expr: cleared(input.expr, ""),
            for: cleared(input.for, initial.for),
            keepFiringFor: input.keepFiringFor,
            severity: cleared(input.severity, initial.severity),
            labels: cleared(input.labels, {}),
            annotations: cleared(input.annotations, {}),
            interval: input.interval,
            enabled: cleared(input.enabled, true),
          }),
        );
        const { expectedVersion } = input;
        const change = changeOf(before, rule, () => this.repository.replace(rule, before.version));
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors });
      },
    );
  }

  async remove(
    caller: Caller,
    id: string,
    expectedVersion: number | null,
    dryRun: boolean,
  ): Promise<Outcome<GlobalRule>> {
    requireId("grl", id);
    caller.require("globalRule.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#existing(id);
        const change = changeOf(before, null, () => this.repository.remove(id, before.version));
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  /** The rule with its expression confined to projects' series, and all that is wrong with it. */
  async #checked(caller: Caller, written: GlobalRule): Promise<{ rule: GlobalRule; userErrors: readonly UserError[] }> {
    const errors = new UserErrors();
    checkAlerting(written, errors);
    const result = await this.expressions.ofOperator(written.expr, caller.request.signal);
    if (!result.ok) {
      addExpressionProblems(written.expr, result.problems, errors);
      return { rule: written, userErrors: errors.list };
    }
    const { enforced, verifiedByPrometheus } = result;
    return { rule: altered(written, { expr: enforced, verifiedByPrometheus }), userErrors: errors.list };
  }

  async #existing(id: string): Promise<GlobalRule> {
    const rule = await this.repository.find(id);
    if (rule === null) throw new NotFoundError("Global rule");
    return rule;
  }
}

const initial = { mode: "PER_PROJECT", for: "1m", severity: "warning" } as const;

/** What a nullable input means for a field that always has a value: absent stays undefined, null is the default. */
function cleared<T>(value: T | null | undefined, standard: T): T | undefined {
  return value === null ? standard : value;
}

function describe(rule: GlobalRule): Description {
  const { name, mode, expr, interval, enabled } = rule;
  return { name, mode, expr, ...describeAlerting(rule), interval, enabled };
}

function changeOf(before: GlobalRule | null, after: GlobalRule | null, write: Change["write"]): Change<GlobalRule> {
  return { entityType: "GlobalRule", projectId: null, before, after, describe, write };
}
