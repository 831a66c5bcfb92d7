import type {
  AlertingRuleConfig,
  GlobalRuleConfig,
  Labels,
  OverriddenRuleConfig,
  ProjectConfig,
  RuleConfig,
} from "../fetch/project-config.js";
import { durationMs } from "./duration.js";
import type { LimitTier } from "./limit-tier.js";
import { isId, recordProblem, refusedLabel } from "./names.js";
import { byName, compareText } from "./order.js";
import { overriddenMark, withoutOverriding } from "./overridden-mark.js";
import type { Problem } from "./problem.js";
import { selectorProblem } from "./selector-check.js";
import { templatesProblem } from "./template-check.js";
import { type YamlValue, yamlText } from "./yaml-text.js";

/** A rule file's text, absent when it would hold no rule, and what could not be rendered. */
export interface RenderedRules {
  readonly text?: string;
  readonly problems: readonly Problem[];
}

/** The file of the rules that watch all projects; no project can have this name. */
export const globalRulesName = "_global";

/** Words that Prometheus does not take for labels in `without (…)`. */
const notInGroupings = /^(?:without|inf|nan)$/i;

type Alerting = Pick<AlertingRuleConfig, "id" | "name" | "for" | "keepFiringFor" | "annotations">;

interface GroupedRule {
  readonly interval: string | null;
  readonly yaml: YamlValue;
}

/** One project's rule file: a group per interval, recording rules first, so that alerts read what was just recorded. */
export function renderRuleFile(project: ProjectConfig, tier: LimitTier): RenderedRules {
  const problems: Problem[] = [];
  const rules: GroupedRule[] = [];
  for (const rule of project.rules.filter((each) => each.enabled).toSorted(byKindAndName)) {
    const interval = atLeast(rule.interval, tier.leastRuleInterval);
    const problem = ruleProblem(rule, project);
    if (problem === undefined) {
      rules.push({ interval, yaml: ruleYaml(rule, project) });
      if (interval === rule.interval) continue;
    }
    problems.push({
      project: project.id,
      file: `prometheus/rules/${project.name}.yml`,
      message: `Rule "${rule.name}" ${problem === undefined ? `is evaluated every ${interval}: its limits allow no shorter interval.` : `is left out: ${problem}.`}`,
    });
  }
  const overridden = renderOverridden(project);
  const groups = [
    ...groupsOf(project.name, tier.seriesPerRule, rules),
    ...groupsOf(`${project.name}/overridden`, undefined, overridden.rules),
  ];
  return { ...fileOf(groups), problems: [...problems, ...overridden.problems] };
}

/**
 * What a project makes of the rules for all projects: for each a series that the common rule leaves the project out for,
 * and the rule as it is for this one. Both stand in the project's own file, so that it is never without the one and the other.
 */
function renderOverridden(project: ProjectConfig): {
  readonly rules: readonly GroupedRule[];
  readonly problems: readonly Problem[];
} {
  const marks: GroupedRule[] = [];
  const rules: GroupedRule[] = [];
  const problems: Problem[] = [];
  for (const rule of project.overriddenGlobalRules) {
    const { globalRule, expr } = rule;
    if (!globalRule.enabled || !rule.overridden || expr === null) continue;
    const problem = overriddenProblem(rule, expr, project);
    if (problem === undefined) {
      marks.push({ interval: null, yaml: overriddenMark(project.name, globalRule.id) });
      if (rule.enabled) rules.push({ interval: globalRule.interval, yaml: overriddenYaml(rule, expr, project) });
    } else {
      const message = `What the project makes of the rule "${globalRule.name}" is left out: ${problem}.`;
      problems.push({ project: project.id, file: `prometheus/rules/${project.name}.yml`, message });
    }
  }
  return { rules: [...marks, ...rules], problems };
}

/** Where the operators' rules are evaluated: PER_PROJECT in each Prometheus, GLOBAL in Thanos Rule. */
export type GlobalRuleMode = GlobalRuleConfig["mode"];

/** The file of the operators' rules of one mode, which read the series of all projects; those of the other are left out. */
export function renderGlobalRuleFile(
  rules: readonly GlobalRuleConfig[],
  mode: GlobalRuleMode = "PER_PROJECT",
): string | undefined {
  const here = rules.filter((rule) => rule.enabled && rule.mode === mode).toSorted(byName);
  const grouped = here.map((rule) => {
    const labels = { ...rule.labels, severity: rule.severity };
    const every = withoutLabels(rule.enforcedExpr, labels);
    const expr = rule.overridable && isId(rule.id) ? withoutOverriding(every, rule.id) : every;
    const yaml = alertYaml({ ...rule, annotations: rule.enforcedAnnotations }, expr, labels);
    return { interval: rule.interval, yaml };
  });
  return fileOf(groupsOf(globalRulesName, undefined, grouped)).text;
}

/**
 * Joins series that differ in labels alone that the alert overwrites. Prometheus would give up the whole rule for two
 * such, and any project can export them: its `severity="a"` and `severity="b"` would keep all others' alerts from firing.
 */
function withoutLabels(expr: string, labels: Labels): string {
  const names = ["alertname", ...Object.keys(labels)].filter((name) => !notInGroupings.test(name));
  return `max without (${names.toSorted(compareText).join(", ")}) (${expr})`;
}

function fileOf(groups: readonly YamlValue[]): { readonly text?: string } {
  return groups.length === 0 ? {} : { text: yamlText({ groups }) };
}

function groupsOf(name: string, limit: number | undefined, rules: readonly GroupedRule[]): readonly YamlValue[] {
  const intervals = [...new Set(rules.map((rule) => rule.interval))].toSorted((a, b) => compareText(a ?? "", b ?? ""));
  return intervals.map((interval) => ({
    name: `${name}/${interval ?? "default"}`,
    interval: interval ?? undefined,
    limit,
    rules: rules.filter((rule) => rule.interval === interval).map((rule) => rule.yaml),
  }));
}

function ruleYaml(rule: RuleConfig, project: ProjectConfig): YamlValue {
  const forced = { project: project.name };
  if (rule.__typename === "RecordingRule") {
    return { record: rule.name, expr: rule.enforcedExpr, labels: { ...rule.labels, ...forced } };
  }
  return alertYaml(rule, rule.enforcedExpr, { ...alertLabels(rule, project), ...forced });
}

function alertLabels(rule: AlertingRuleConfig, project: ProjectConfig): Labels {
  return { ...project.extraLabels, ...rule.labels, severity: rule.severity };
}

/** A rule for all projects as it is for one, whose alerts are named and labelled as those of the common rule. */
function overriddenYaml(rule: OverriddenRuleConfig, expr: string, project: ProjectConfig): YamlValue {
  const { globalRule, for: wait, annotations } = rule;
  const labels = { ...globalRule.labels, severity: rule.severity };
  const text = withoutLabels(expr, labels);
  return alertYaml({ ...globalRule, for: wait, annotations }, text, { ...labels, project: project.name });
}

function overriddenProblem(rule: OverriddenRuleConfig, expr: string, project: ProjectConfig): string | undefined {
  const { globalRule, severity, annotations } = rule;
  if (!isId(globalRule.id)) return "the rule's id is not allowed";
  return selectorProblem(expr, project.name) ?? textsProblem({ ...globalRule.labels, severity }, annotations);
}

function alertYaml(rule: Alerting, expr: string, labels: Labels): YamlValue {
  return {
    alert: rule.name,
    expr,
    for: rule.for,
    keep_firing_for: rule.keepFiringFor ?? undefined,
    labels,
    annotations: { ...rule.annotations, metricsinfra_rule_id: rule.id },
  };
}

function ruleProblem(rule: RuleConfig, project: ProjectConfig): string | undefined {
  if (rule.__typename !== "AlertingRule" && rule.__typename !== "RecordingRule")
    return "it is of a kind that this agent does not know";
  const problem = selectorProblem(rule.enforcedExpr, project.name);
  if (problem !== undefined) return problem;
  if (rule.__typename === "RecordingRule") return recordProblem(rule.name) ?? textsProblem(rule.labels, {});
  return textsProblem(alertLabels(rule, project), rule.annotations);
}

function textsProblem(labels: Labels, annotations: Labels): string | undefined {
  for (const [what, texts] of Object.entries({ label: labels, annotation: annotations })) {
    const refused = refusedLabel(texts, []);
    if (refused !== undefined) return `the ${what} ${JSON.stringify(refused)} is not allowed`;
  }
  return templatesProblem([labels, annotations].flatMap(Object.values));
}

function atLeast(interval: string | null, least: string): string | null {
  return interval !== null && (durationMs(interval) ?? 0) < (durationMs(least) ?? 0) ? least : interval;
}

function byKindAndName(a: RuleConfig, b: RuleConfig): number {
  // "RecordingRule" sorts after "AlertingRule", and is to come before it.
  return compareText(b.__typename, a.__typename) || byName(a, b);
}
