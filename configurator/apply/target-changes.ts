import type { TargetFile, TargetFolder } from "../disk/target-folder.js";
import type { Changes } from "../fetch/fetch-changes.js";

/** From how many files on the whole file system is synced once, instead of each file. */
const manyFiles = 64;

/** The target files that are to be written and removed. */
export function targetChanges(targets: TargetFolder, changes: Changes): readonly TargetFile[] {
  const wanted: TargetFile[] = [
    ...changes.projects.map(({ name, targets: file }) => ({ project: name, ...file })),
    ...changes.deleted.map(({ name }) => ({ project: name })),
  ];
  const tiers = targets.tiers();
  const different = wanted.filter(({ project, tier, text }) => {
    return [...tiers, ...(tier === undefined || tiers.includes(tier) ? [] : [tier])].some(
      (each) => targets.read(each, project) !== (each === tier ? text : undefined),
    );
  });
  if (!changes.full) return different;
  const names = new Set(wanted.map(({ project }) => project));
  const gone = new Set(tiers.flatMap((tier) => targets.projects(tier)).filter((project) => !names.has(project)));
  return [...different, ...[...gone].map((project) => ({ project }))];
}

/** Writes and removes target files. */
export function writeTargets(targets: TargetFolder, changes: readonly TargetFile[], tiers: readonly string[]): void {
  targets.makeTiers(tiers);
  for (const file of changes) targets.put(file, changes.length < manyFiles);
  if (changes.length > 0) targets.sync(changes.length >= manyFiles);
  targets.removeOtherTiers(tiers);
}
