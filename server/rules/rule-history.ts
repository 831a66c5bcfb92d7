import type { Caller } from "../access/caller.js";
import type { Description } from "../audit/change.js";
import { readDescription } from "../audit/read-description.js";
import type { Described } from "../audit/restorable.js";
import { altered } from "../core/database/stored.js";
import type { UserError, UserErrors } from "../graph/user-error.js";
import { ChildHistory } from "../projects/child-history.js";
import type { Project } from "../projects/project.js";
import type { Return } from "../projects/project-contents.js";
import type { ProjectService } from "../projects/project-service.js";
import { AlertingRule } from "./alerting-rule.js";
import { recordedTwice } from "./check-rule.js";
import { describeRule, entityTypeOf } from "./describe-rule.js";
import { describedAlertingRule, describedRecordingRule } from "./described-rule.js";
import { recordedSeriesOf } from "./recorded-series.js";
import { RecordingRule } from "./recording-rule.js";
import type { Rule } from "./rule.js";
import type { RuleChecks } from "./rule-checks.js";
import type { RuleLimits } from "./rule-limits.js";
import type { RuleRepository } from "./rule-repository.js";

/** How rules of both kinds go away with their project, and come back. */
export class RuleHistory extends ChildHistory<Rule> {
  override readonly entityTypes = ["AlertingRule", "RecordingRule"];
  protected override readonly noun = "Rule";
  protected override readonly taken = recordedTwice;

  constructor(
    private readonly rules: RuleRepository,
    projects: ProjectService,
    private readonly checks: RuleChecks,
    private readonly limits: RuleLimits,
  ) {
    super(rules, projects);
  }

  protected override entityTypeOf(rule: Rule): string {
    return entityTypeOf(rule);
  }

  protected override describe(rule: Rule): Description {
    return describeRule(rule);
  }

  protected override async revive(
    { request }: Caller,
    described: Described,
    project: Project,
    before: Rule | null,
    errors: UserErrors,
  ): Promise<Rule | null> {
    const isAlerting = described.entityType === "AlertingRule";
    const written = isAlerting
      ? revivedAlerting(described, before, errors)
      : revivedRecording(described, before, errors);
    return written && this.checks.confined<Rule>({ project, before, written }, request.signal, errors);
  }

  protected override countsOf(rules: readonly Rule[]): Return["counts"] {
    return { rules: rules.length };
  }

  protected override refusal(before: Rule | null, after: Rule): Promise<UserError | null> {
    return this.limits.refusal(before, after);
  }

  protected override async namesake({ projectId, recordedSeries }: Rule): Promise<Rule | null> {
    return recordedSeries === null ? null : this.rules.findRecorded(projectId, recordedSeries);
  }
}

function revivedAlerting(
  { id, projectId, description }: Described,
  before: Rule | null,
  errors: UserErrors,
): Rule | null {
  const values = readDescription(describedAlertingRule, description, errors);
  const rule = Object.assign(new AlertingRule(), { id, projectId, kind: "ALERTING", recordedSeries: null });
  return values && altered(before instanceof AlertingRule ? before : rule, values);
}

function revivedRecording(
  { id, projectId, description }: Described,
  before: Rule | null,
  errors: UserErrors,
): Rule | null {
  const values = readDescription(describedRecordingRule, description, errors);
  if (values === null) return null;
  const recordedSeries = recordedSeriesOf(values.name, values.labels);
  const rule = Object.assign(new RecordingRule(), { id, projectId, kind: "RECORDING" });
  return altered(before instanceof RecordingRule ? before : rule, { ...values, recordedSeries });
}
