import { type BaseFile, BaseFileError, isYamlMap, listAt, textOf, type YamlMap } from "./base-file.js";
import { equalLabels } from "./equal-labels.js";

/**
 * Throws a BaseFileError for an inhibit rule by which the alerts of one project might mute those of another, or the
 * operators' own: names and severities of alerts are what projects say they are, and only `project` is not.
 */
export function refuseInhibitRules(base: BaseFile): void {
  for (const [index, rule] of listAt(base, base.content, "inhibit_rules").entries()) {
    if (isYamlMap(rule) && staysInProject(rule)) continue;
    const reason =
      "one project's alerts would mute another's: " +
      'add "project" to "equal", or name the project whose alerts may mute in "source_matchers" (project="x", or ' +
      'project="" for alerts of no project)';
    throw new BaseFileError(base.name, `inhibit_rules[${index}]`, reason);
  }
}

function staysInProject(rule: YamlMap): boolean {
  if (Array.isArray(rule.equal) && rule.equal.some((label) => textOf(label) === "project")) return true;
  return equalLabels(rule.source_matchers, rule.source_match).has("project");
}
