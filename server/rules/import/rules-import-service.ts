import type { Caller } from "../../access/caller.js";
import type { Change } from "../../audit/change.js";
import type { ChangeLog } from "../../audit/change-log.js";
import { altered } from "../../core/database/stored.js";
import { newId, requireId } from "../../core/ids.js";
import { type UserError, UserErrors } from "../../graph/user-error.js";
import type { Project } from "../../projects/project.js";
import type { ProjectService } from "../../projects/project-service.js";
import { AlertingRule } from "../alerting-rule.js";
import { recordedTwice } from "../check-rule.js";
import { describeRule, entityTypeOf } from "../describe-rule.js";
import { recordedSeriesOf } from "../recorded-series.js";
import { RecordingRule } from "../recording-rule.js";
import type { Rule } from "../rule.js";
import type { RuleChecks } from "../rule-checks.js";
import type { RuleLimits } from "../rule-limits.js";
import type { RuleRepository } from "../rule-repository.js";
import { type FileRule, NoRuleFileError, type ReadRule, readRuleFile } from "./read-rule-file.js";
import type { RuleImportOutcome, RuleImportResult, RulesImportInput, RulesImportPayload } from "./rules-import.js";

const mostRules = 500;
const mostBytes = 200_000;
const usualSeverity = "warning";

/** A rule of the file on its way into the project. */
interface Candidate {
  readonly read: ReadRule;
  readonly before: Rule | null;
  readonly after: Rule | null;
  readonly outcome: RuleImportOutcome;
  readonly notes: readonly string[];
  readonly userErrors: readonly UserError[];
}

/** Takes rule files of Prometheus as they are. */
export class RulesImportService {
  constructor(
    private readonly repository: RuleRepository,
    private readonly projects: ProjectService,
    private readonly checks: RuleChecks,
    private readonly limits: RuleLimits,
    private readonly changes: ChangeLog,
  ) {}

  /**
   * Writes all rules of the file that may be, under one revision. A rule of the project with the kind and name of one in the
   * file becomes as that is, several of one name in their order; none is deleted, so the same file again changes nothing.
   */
  async import(caller: Caller, input: RulesImportInput, dryRun: boolean): Promise<RulesImportPayload> {
    const projectId = requireId("prj", input.project, ["input", "project"]);
    caller.requireIn(projectId, "config.write", "Project");
    const project = await this.projects.require(caller, projectId);
    const read = rulesIn(input.document);
    if ("userErrors" in read) return { results: [], revision: null, userErrors: read.userErrors };
    return this.changes.inTurn(caller, async () => {
      const there = await this.repository.ofProject(projectId);
      const candidates = await this.#candidates(caller, project, read.rules, there);
      const refusal = await this.limits.growthRefusal(projectId, count(candidates, "CREATED"));
      if (refusal !== null) return { results: resultsOf(candidates, false), revision: null, userErrors: [refusal] };
      const [first, ...also] = candidates.flatMap((one) => this.#change(one) ?? []);
      if (first === undefined || dryRun) {
        return { results: resultsOf(candidates, !dryRun), revision: null, userErrors: [] };
      }
      const options = { dryRun: false, key: null, userErrors: [] };
      const { revision, userErrors } = await this.changes.commit(caller, first, options, also);
      return { results: resultsOf(candidates, userErrors.length === 0), revision, userErrors };
    });
  }

  async #candidates(
    caller: Caller,
    project: Project,
    rules: readonly ReadRule[],
    there: readonly Rule[],
  ): Promise<readonly Candidate[]> {
    const unmatched = new Map<string, Rule[]>();
    for (const rule of there) unmatched.set(keyOf(rule), [...(unmatched.get(keyOf(rule)) ?? []), rule]);
    const recorded = new Map(there.flatMap((rule) => (rule.recordedSeries ? [[rule.recordedSeries, rule.id]] : [])));
    const candidates: Candidate[] = [];
    // One after another: each may be read by Prometheus, which has others to answer.
    for (const read of rules) {
      const before = (read.rule && unmatched.get(keyOf(read.rule))?.shift()) ?? null;
      const candidate = await this.#candidate(caller, project, read, before, recorded);
      if (candidate.after?.recordedSeries) recorded.set(candidate.after.recordedSeries, candidate.after.id);
      candidates.push(candidate);
    }
    return candidates;
  }

  async #candidate(
    caller: Caller,
    project: Project,
    read: ReadRule,
    before: Rule | null,
    recorded: ReadonlyMap<string, string>,
  ): Promise<Candidate> {
    const refused = (userErrors: readonly UserError[]): Candidate => {
      return { read, before, after: null, outcome: "REFUSED", notes: [], userErrors };
    };
    if (read.rule === null) {
      const path = ["input", "document"];
      return refused(read.problems.map((message) => ({ code: "INVALID", message, path })));
    }
    const { written, notes } = ruleOf(project.id, read.rule, before);
    const errors = new UserErrors();
    const after = await this.checks.confined({ project, before, written }, caller.request.signal, errors);
    const series = after.recordedSeries;
    if (!errors.any && series !== null && (recorded.get(series) ?? after.id) !== after.id) {
      errors.add(recordedTwice.code, recordedTwice.message, recordedTwice.path);
    }
    if (errors.any) return refused(errors.list);
    const isSame = before !== null && isEqual(before, after);
    const outcome = before === null ? "CREATED" : isSame ? "UNCHANGED" : "UPDATED";
    return { read, before, after: isSame ? before : after, outcome, notes: [...read.notes, ...notes], userErrors: [] };
  }

  #change({ before, after, outcome }: Candidate): Change<Rule> | undefined {
    if (after === null || (outcome !== "CREATED" && outcome !== "UPDATED")) return undefined;
    const write = () =>
      before === null ? this.repository.insert(after) : this.repository.replace(after, before.version);
    const refusal = () => this.limits.refusal(before, after);
    const { projectId } = after;
    const entityType = entityTypeOf(after);
    return { entityType, projectId, before, after, describe: describeRule, refusal, write, taken: recordedTwice };
  }
}

function rulesIn(
  document: string,
): { readonly rules: readonly ReadRule[] } | { readonly userErrors: readonly UserError[] } {
  const path = ["input", "document"];
  if (Buffer.byteLength(document) > mostBytes) {
    return { userErrors: [{ code: "LIMIT", message: `At most ${mostBytes} bytes. Import it in parts.`, path }] };
  }
  try {
    const rules = readRuleFile(document);
    if (rules.length <= mostRules) return { rules };
    const message = `At most ${mostRules} rules at a time; these are ${rules.length}. Import them in parts.`;
    return { userErrors: [{ code: "LIMIT", message, path }] };
  } catch (error) {
    if (!(error instanceof NoRuleFileError)) throw error;
    return { userErrors: [{ code: "INVALID", message: error.message, path }] };
  }
}

/** The rule as the project is to have it; what the file does not say is as Prometheus takes it, not as our inputs do. */
function ruleOf(
  projectId: string,
  file: FileRule,
  before: Rule | null,
): { readonly written: Rule; readonly notes: readonly string[] } {
  const { severity, ...labels } = file.labels;
  const { name, expr, interval } = file;
  const common = { name, expr, interval };
  if (file.kind === "RECORDING") {
    const values = { ...common, labels: file.labels, recordedSeries: recordedSeriesOf(name, file.labels) };
    const made = () => Object.assign(new RecordingRule(), { ...values, ...fresh(projectId), kind: "RECORDING" });
    return { written: before === null ? made() : altered<Rule>(before, values), notes: [] };
  }
  const values = {
    ...common,
    labels,
    for: file.for ?? "0s",
    keepFiringFor: file.keepFiringFor,
    severity: severity ?? usualSeverity,
    annotations: file.annotations,
  };
  const made = () =>
    Object.assign(new AlertingRule(), { ...values, ...fresh(projectId), kind: "ALERTING", recordedSeries: null });
  const notes = severity === undefined ? [`It names no severity and gets "${usualSeverity}".`] : [];
  return { written: before === null ? made() : altered<Rule>(before, values), notes };
}

function fresh(projectId: string) {
  return { id: newId("rul"), projectId, enabled: true };
}

function keyOf({ kind, name }: Pick<Rule, "kind" | "name">): string {
  return `${kind} ${name}`;
}

function isEqual(before: Rule, after: Rule): boolean {
  return JSON.stringify(sorted(describeRule(before))) === JSON.stringify(sorted(describeRule(after)));
}

/** Labels come in the order of the file, and are stored in another. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, sorted(entry)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function count(candidates: readonly Candidate[], outcome: RuleImportOutcome): number {
  return candidates.filter((one) => one.outcome === outcome).length;
}

function resultsOf(candidates: readonly Candidate[], isWritten: boolean): readonly RuleImportResult[] {
  return candidates.map(({ read, after, outcome, notes, userErrors }) => ({
    group: read.group,
    kind: read.rule?.kind ?? null,
    name: read.name,
    line: read.line,
    outcome,
    rule: isWritten || outcome === "UNCHANGED" ? after : null,
    notes,
    userErrors,
  }));
}
