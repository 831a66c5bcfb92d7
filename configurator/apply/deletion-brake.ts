import { projectOfPath } from "../disk/release-view.js";
import type { TargetFolder } from "../disk/target-folder.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Output } from "../outputs/output.js";
import { globalRulesName } from "../render/rule-file.js";

/** The changes would remove so many projects at once that they look like a mistake; nothing is applied. */
export class TooManyDeletionsError extends Error {
  override readonly name = "TooManyDeletionsError";

  constructor(deleted: number, known: number, maxShare: number) {
    super(
      `The server's answer would remove ${deleted} of ${known} projects from this machine, more than the share of ` +
        `${maxShare} that "brake.maxDeletedShare" allows in one step. Nothing was changed.`,
    );
  }
}

/** So few deletions are always carried out. */
const alwaysAllowed = 5;

/** Throws when the changes would remove more than the given share of the projects that have files here. */
export function checkDeletions(
  outputs: readonly Output[],
  targets: TargetFolder | undefined,
  changes: Changes,
  maxShare: number,
): void {
  if (!changes.full && changes.deleted.length <= alwaysAllowed) return;
  const known = knownProjects(outputs, targets);
  const living = new Set(changes.projects.map((project) => project.name));
  const deleted = changes.full
    ? [...known].filter((name) => !living.has(name))
    : changes.deleted.filter(({ name }) => known.has(name));
  if (deleted.length > alwaysAllowed && deleted.length > known.size * maxShare) {
    throw new TooManyDeletionsError(deleted.length, known.size, maxShare);
  }
}

function knownProjects(outputs: readonly Output[], targets: TargetFolder | undefined): ReadonlySet<string> {
  const known = new Set<string>();
  for (const { tree, projectFolders } of outputs) {
    for (const path of projectFolders.flatMap((folder) => tree.inUse.list(folder))) known.add(projectOfPath(path));
  }
  for (const tier of targets?.tiers() ?? []) for (const project of targets?.projects(tier) ?? []) known.add(project);
  known.delete(globalRulesName);
  return known;
}
