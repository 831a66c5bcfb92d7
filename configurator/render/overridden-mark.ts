import type { YamlMap } from "./base-file.js";
import { overriddenSeries } from "./names.js";

const expr = "vector(1)";

/** A rule that records that a project overrides a rule for all projects, which leaves the project out where it finds that. */
export function overriddenMark(project: string, rule: string): YamlMap {
  return { record: overriddenSeries, expr, labels: { project, rule } };
}

/** The expression of an operators' rule, with the projects left out that override it. It names none: alerts carry it. */
export function withoutOverriding(expression: string, rule: string): string {
  return `${expression} unless on (project) ${overriddenSeries}{project!="",rule="${rule}"}`;
}
