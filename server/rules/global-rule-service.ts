import type { Caller } from "../access/caller.js";
import type { ChangeLog } from "../audit/change-log.js";
import { equals, everything } from "../core/database/narrow.js";
import { altered } from "../core/database/stored.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import type { PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { UserErrors } from "../graph/user-error.js";
import { GlobalRule } from "./global-rule.js";
import { globalRuleChange } from "./global-rule-change.js";
import type { GlobalRuleChecks } from "./global-rule-checks.js";
import type { GlobalRuleCreateInput, GlobalRuleUpdateInput } from "./global-rule-input.js";
import type { GlobalRuleRepository } from "./global-rule-repository.js";
import type { GlobalRuleOverrideRepository } from "./overrides/global-rule-override-repository.js";

const byName = { property: "name", direction: "ASC" } as const;

/** The rules about global rules: operators write them, and whoever reads any project reads them. */
export class GlobalRuleService {
  constructor(
    private readonly repository: GlobalRuleRepository,
    private readonly checks: GlobalRuleChecks,
    private readonly overrides: Pick<GlobalRuleOverrideRepository, "projectsOverriding">,
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

  /** All that are evaluated; none where they are invisible to the caller. */
  async enabled(caller: Caller): Promise<readonly GlobalRule[]> {
    return caller.mayAnywhere("globalRule.read") ? this.repository.select(equals("enabled", true)) : [];
  }

  async create(caller: Caller, input: GlobalRuleCreateInput, dryRun: boolean): Promise<Outcome<GlobalRule>> {
    caller.require("globalRule.write");
    return this.changes.once(
      caller,
      (id) => this.find(caller, id),
      async (key) => {
        const errors = new UserErrors();
        const rule = await this.checks.confined(
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
            parameters: input.parameters ?? [],
            overridable: input.overridable ?? false,
            ...ofNoPack,
          }),
          caller.request.signal,
          errors,
        );
        const change = globalRuleChange(null, rule, () => this.repository.insert(rule), this.overrides);
        return this.changes.commit(caller, change, { dryRun, key, userErrors: errors.list });
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
        const errors = new UserErrors();
        const rule = await this.checks.confined(
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
            parameters: cleared(input.parameters, []),
            overridable: cleared(input.overridable, false),
          }),
          caller.request.signal,
          errors,
        );
        const { expectedVersion } = input;
        const change = globalRuleChange(
          before,
          rule,
          () => this.repository.replace(rule, before.version),
          this.overrides,
        );
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: errors.list });
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
        const change = globalRuleChange(before, null, () => this.repository.remove(id, before.version), this.overrides);
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  async #existing(id: string): Promise<GlobalRule> {
    const rule = await this.repository.find(id);
    if (rule === null) throw new NotFoundError("Global rule");
    return rule;
  }
}

const ofNoPack = { pack: null, packRule: null, packBase: null } as const;
const initial = { mode: "PER_PROJECT", for: "1m", severity: "warning" } as const;

/** What a nullable input means for a field that always has a value: absent stays undefined, null is the default. */
function cleared<T>(value: T | null | undefined, standard: T): T | undefined {
  return value === null ? standard : value;
}
