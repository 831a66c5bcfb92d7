import type { Labels } from "../core/labels.js";
import type { Matcher } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import type { Project } from "../projects/project.js";
import type { AlertingRule } from "../rules/alerting-rule.js";
import type { GlobalRule } from "../rules/global-rule.js";
import { projectLabel, valuesMatchedBy } from "./silence-scope.js";

/** What is known of the labels of a rule's alerts before there are any; a label that is not here may have any value, or none. */
export type KnownLabels = ReadonlyMap<string, string>;

/** What is known of the alerts of a project's rule, as the configurator renders it. */
export function labelsOfRule(rule: AlertingRule, project: Project): KnownLabels {
  const { name, labels, severity } = rule;
  return known({ ...project.extraLabels, ...labels, severity, alertname: name, [projectLabel]: project.name });
}

/** What is known of a global rule's alerts in a project; null for those in any. */
export function labelsOfGlobalRule({ name, labels, severity, mode }: GlobalRule, project: Project | null): KnownLabels {
  const common = { ...labels, severity, alertname: name };
  // One that is evaluated over all servers together may lose the project of its series.
  const isOfProject = project !== null && mode === "PER_PROJECT";
  return known(isOfProject ? { ...common, [projectLabel]: project.name } : common);
}

/** Says of alerts with these labels whether matchers could match any of them. */
export function couldMatch(matchers: readonly Matcher[], matching: Matching): (labels: KnownLabels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, accepts: valuesMatchedBy(matcher, matching) }));
  return (labels) =>
    tests.every(({ name, accepts }) => {
      const value = labels.get(name);
      return value === undefined || accepts(value);
    });
}

/** What a template comes to, nobody knows before there is an alert. */
function known(labels: Labels): KnownLabels {
  return new Map(Object.entries(labels).filter(([, value]) => !value.includes("{{")));
}
