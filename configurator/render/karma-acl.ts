import type { ProjectConfig } from "../fetch/project-config.js";
import { type BaseFile, BaseFileError, isYamlMap, listAt, textOf } from "./base-file.js";
import type { Problem } from "./problem.js";
import { type YamlValue, yamlText } from "./yaml-text.js";

/** What one project adds to Karma's ACL file: the group whose members may silence its alerts. */
export interface AclFragment {
  readonly project: string;
  readonly group: string;
}

/** What a project's part of the ACL file is rendered with. */
export interface AclOptions {
  /** The groups that Karma's own config has; undefined while that cannot be read. */
  readonly groups: readonly string[] | undefined;
}

/** A project's part, absent when nobody is let in, and what is to be told. */
export interface RenderedAcl {
  readonly fragment?: AclFragment;
  readonly problems: readonly Problem[];
}

/** The ACL file in Karma's release. */
export const aclFile = "acl.yml";

/** The part of a project that names a group. Karma does not start with a rule for a group that its config lacks. */
export function renderAcl({ id, name, aclGroup }: ProjectConfig, { groups }: AclOptions): RenderedAcl {
  if (aclGroup === null || aclGroup === "") return { problems: [] };
  if (groups !== undefined && !groups.includes(aclGroup)) {
    const message = `Nobody may silence its alerts in Karma: Karma's config has no group ${JSON.stringify(aclGroup)}.`;
    return { problems: [{ project: id, file: `karma-acl/${aclFile}`, message }] };
  }
  return { fragment: { project: name, group: aclGroup }, problems: [] };
}

/** The names of the groups in Karma's own config, `authorization.groups`. */
export function groupsOfKarma(config: BaseFile): readonly string[] {
  const { authorization } = config.content;
  if (!isYamlMap(authorization)) return [];
  return listAt(config, authorization, "groups").flatMap((group) =>
    isYamlMap(group) ? (textOf(group.name) ?? []) : [],
  );
}

/**
 * Karma's ACL file. Karma takes the first rule that fits and lets through what none fits, so the last one blocks. A rule
 * fits by its filters: `matchers.required`, which the replaced system wrote, means nothing to Karma in a rule that allows,
 * so that it let each project's members silence all others (github.com/prymitive/karma, `cmd/karma/acl.go`).
 */
export function renderKarmaAcl(
  config: BaseFile,
  operatorGroups: readonly string[],
  projects: readonly AclFragment[],
): string {
  const known = groupsOfKarma(config);
  const unknown = operatorGroups.find((group) => !known.includes(group));
  if (unknown !== undefined) {
    const reason = `there is no ${JSON.stringify(unknown)}, which "operatorGroups" names: Karma would not start`;
    throw new BaseFileError(config.name, "authorization.groups", reason);
  }
  // Without a group in it a rule is for everybody.
  const operators = operatorGroups.length === 0 ? [] : [operatorRule(operatorGroups)];
  return yamlText({
    rules: [
      ...operators,
      ...projects.map(projectRule),
      { action: "block", reason: 'Only members of a project\'s group may silence, with project="<name>".' },
    ],
  });
}

function operatorRule(groups: readonly string[]): YamlValue {
  return { action: "allow", reason: "Operators may silence everything.", scope: { groups } };
}

function projectRule({ project, group }: AclFragment): YamlValue {
  return {
    action: "allow",
    reason: `Members of its group may silence the alerts of the project ${project}.`,
    scope: {
      groups: [group],
      filters: [{ name: "project", value: project, isRegex: false, isEqual: true }],
    },
  };
}
