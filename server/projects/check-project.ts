import { checkExtraLabels } from "../core/labels.js";
import { checkName } from "../core/names.js";
import { checkText } from "../core/text.js";
import type { UserError, UserErrors } from "../graph/user-error.js";
import type { Project } from "./project.js";

/** The mistake to tell when another project has the name. */
export function projectTaken(name: string): UserError {
  return { code: "TAKEN", message: `There is a project named "${name}" already.`, path: ["input", "name"] };
}

/** Adds all that is wrong with a project to `errors`, its name and tier left out. */
export function checkProject(project: Project, errors: UserErrors): void {
  const { description, openstackId, aclGroup, extraLabels } = project;
  const form = { mostBytes: 1_000, empty: true, multiline: true };
  errors.check(checkText("The description", description, form), ["input", "description"]);
  if (openstackId !== null) errors.check(checkOpenstackId(openstackId), ["input", "openstackId"]);
  if (aclGroup !== null) errors.check(checkName(aclGroup), ["input", "aclGroup"]);
  errors.checkEntries(checkExtraLabels(extraLabels), ["input", "extraLabels"]);
}

function checkOpenstackId(id: string): string | null {
  return checkText("An id in OpenStack", id, { mostBytes: 64 }) ?? checkName(id);
}
