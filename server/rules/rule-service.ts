import type { Caller } from "../access/caller.js";
import type { Change } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { altered } from "../core/database/stored.js";
import type { Order } from "../core/database/table-reader.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import type { PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { ProjectService } from "../projects/project-service.js";
import { AlertingRule } from "./alerting-rule.js";
import { recordedTwice } from "./check-rule.js";
import { describeRule, entityTypeOf } from "./describe-rule.js";
import { recordedSeriesOf } from "./recorded-series.js";
import { RecordingRule } from "./recording-rule.js";
import { Rule } from "./rule.js";
import type { RuleChecks } from "./rule-checks.js";
import type {
  AlertingRuleCreateInput,
  AlertingRuleUpdateInput,
  RecordingRuleCreateInput,
  RecordingRuleUpdateInput,
  RuleFilter,
} from "./rule-input.js";
import type { RuleLimits } from "./rule-limits.js";
import type { RuleRepository } from "./rule-repository.js";

/** The rules about projects' rules: who edits them, what they may hold, and that they read their project alone. */
export class RuleService {
  constructor(
    private readonly repository: RuleRepository,
    private readonly projects: ProjectService,
    private readonly checks: RuleChecks,
    private readonly changes: ChangeLog,
    private readonly limits: RuleLimits,
  ) {}

  /** The rule with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Rule | null> {
    const rule = await caller.loaders.for(this.repository.byId).load(id);
    return rule && caller.may("project.read", rule.projectId) ? rule : null;
  }

  /** The alerting rule with this id; null when it is absent, invisible to the caller, or records. */
  async findAlerting(caller: Caller, id: string): Promise<AlertingRule | null> {
    const rule = await this.find(caller, id);
    return rule instanceof AlertingRule ? rule : null;
  }

  /** The rules of a project that is visible to the caller. */
  async listOf(
    caller: Caller,
    projectId: string,
    filter: RuleFilter,
    order: Order,
    page: PageRequest,
  ): Promise<Connection<Rule>> {
    const query = { narrow: this.repository.where(filter), filter, order, page, list: "Project.rules" };
    const found = await this.repository.below(caller.loaders, "projectId", projectId, query);
    return connection(found.page, found.count);
  }

  /** All alerting rules of a project that are evaluated; none where it is invisible to the caller. */
  async enabledAlerting(caller: Caller, projectId: string): Promise<readonly AlertingRule[]> {
    if (!caller.may("project.read", projectId)) return [];
    const rules = await this.repository.enabledAlertingOf(projectId);
    return rules.flatMap((rule) => (rule instanceof AlertingRule ? rule : []));
  }

  createAlerting(caller: Caller, input: AlertingRuleCreateInput, dryRun: boolean): Promise<Outcome<AlertingRule>> {
    return this.#create(caller, input.project, dryRun, (projectId) =>
      Object.assign(new AlertingRule(), {
        ...newRule(projectId, input),
        kind: "ALERTING",
        recordedSeries: null,
        for: input.for ?? initial.for,
        keepFiringFor: input.keepFiringFor ?? null,
        severity: input.severity ?? initial.severity,
        annotations: input.annotations ?? {},
      }),
    );
  }

  createRecording(caller: Caller, input: RecordingRuleCreateInput, dryRun: boolean): Promise<Outcome<RecordingRule>> {
    return this.#create(caller, input.project, dryRun, (projectId) =>
      Object.assign(new RecordingRule(), {
        ...newRule(projectId, input),
        kind: "RECORDING",
        recordedSeries: recordedSeriesOf(input.name, input.labels ?? {}),
      }),
    );
  }

  updateAlerting(
    caller: Caller,
    id: string,
    input: AlertingRuleUpdateInput,
    dryRun: boolean,
  ): Promise<Outcome<AlertingRule>> {
    return this.#update(caller, AlertingRule, id, input, dryRun, (before) =>
      altered(before, {
        ...changedRule(input),
        for: cleared(input.for, initial.for),
        keepFiringFor: input.keepFiringFor,
        severity: cleared(input.severity, initial.severity),
        annotations: cleared(input.annotations, {}),
      }),
    );
  }

  updateRecording(
    caller: Caller,
    id: string,
    input: RecordingRuleUpdateInput,
    dryRun: boolean,
  ): Promise<Outcome<RecordingRule>> {
    return this.#update(caller, RecordingRule, id, input, dryRun, (before) => {
      const after = altered(before, changedRule(input));
      return altered(after, { recordedSeries: recordedSeriesOf(after.name, after.labels) });
    });
  }

  async remove(caller: Caller, id: string, expectedVersion: number | null, dryRun: boolean): Promise<Outcome<Rule>> {
    requireId("rul", id);
    caller.requireAnywhere("config.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#changeable(caller, Rule, id);
        const change = this.#change(before, null, () => this.repository.remove(id, before.version));
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  async #create<T extends Rule>(
    caller: Caller,
    project: string,
    dryRun: boolean,
    make: (projectId: string) => T,
  ): Promise<Outcome<T>> {
    const projectId = requireId("prj", project, ["input", "project"]);
    caller.requireIn(projectId, "config.write", "Project");
    await this.projects.require(caller, projectId);
    return this.changes.once(
      caller,
      (id) => this.find(caller, id) as Promise<T | null>,
      async (key) => {
        const { rule, userErrors } = await this.#checked(caller, null, make(projectId));
        const change = this.#change(null, rule, () => this.repository.insert(rule));
        return this.changes.commit(caller, change, { dryRun, key, userErrors });
      },
    );
  }

  async #update<T extends Rule>(
    caller: Caller,
    kind: new () => T,
    id: string,
    { expectedVersion }: { readonly expectedVersion?: number | null },
    dryRun: boolean,
    alter: (before: T) => T,
  ): Promise<Outcome<T>> {
    requireId("rul", id);
    caller.requireAnywhere("config.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known) as Promise<T | null>,
      async (key) => {
        const before = await this.#changeable(caller, kind, id);
        const { rule, userErrors } = await this.#checked(caller, before, alter(before));
        const change = this.#change(before, rule, () => this.repository.replace(rule, before.version));
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors });
      },
    );
  }

  async #changeable<T extends Rule>(caller: Caller, kind: new () => T, id: string): Promise<T> {
    const rule = await this.repository.find(id);
    if (!(rule instanceof kind)) throw new NotFoundError("Rule");
    caller.requireIn(rule.projectId, "config.write", "Rule");
    return rule;
  }

  /** The rule with its expression confined to its project, and all that is wrong with it. */
  async #checked<T extends Rule>(
    caller: Caller,
    before: T | null,
    written: T,
  ): Promise<{ rule: T; userErrors: readonly UserError[] }> {
    const errors = new UserErrors();
    const project = await this.projects.require(caller, written.projectId);
    const rule = await this.checks.confined({ project, before, written }, caller.request.signal, errors);
    const { projectId, recordedSeries } = written;
    if (!errors.any && recordedSeries !== null) {
      const other = await this.repository.findRecorded(projectId, recordedSeries);
      if (other && other.id !== written.id) errors.add(recordedTwice.code, recordedTwice.message, recordedTwice.path);
    }
    return { rule, userErrors: errors.list };
  }

  #change<T extends Rule>(before: T | null, after: T | null, write: Change["write"]): Change<T> {
    const rule = after ?? before;
    const entityType = rule === null ? "" : entityTypeOf(rule);
    const projectId = rule?.projectId ?? null;
    const refusal = () => this.limits.refusal(before, after);
    return { entityType, projectId, before, after, describe: describeRule, refusal, write, taken: recordedTwice };
  }
}

const initial = { for: "1m", severity: "warning" } as const;

function newRule(projectId: string, input: RecordingRuleCreateInput) {
  return {
    id: newId("rul"),
    projectId,
    name: input.name,
    expr: input.expr,
    labels: input.labels ?? {},
    interval: input.interval ?? null,
    enabled: input.enabled ?? true,
  };
}

function changedRule(input: RecordingRuleUpdateInput) {
  return {
    name: cleared(input.name, ""),
    expr: cleared(input.expr, ""),
    labels: cleared(input.labels, {}),
    interval: input.interval,
    enabled: cleared(input.enabled, true),
  };
}

/** What a nullable input means for a field that always has a value: absent stays undefined, null is the default. */
function cleared<T>(value: T | null | undefined, standard: T): T | undefined {
  return value === null ? standard : value;
}
