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
  const there = new Map(targets.tiers().map((tier) => [tier, new Set(targets.projects(tier))]));
  const different = wanted.filter(({ project, tier, text }) => {
    const isMisplaced = [...there].some(([each, projects]) => each !== tier && projects.has(project));
    if (isMisplaced || tier === undefined) return isMisplaced;
    return !there.get(tier)?.has(project) || targets.read(tier, project) !== text;
  });
  if (!changes.full) return different;
  const names = new Set(wanted.map(({ project }) => project));
  const gone = new Set([...there.values()].flatMap((projects) => [...projects].filter((name) => !names.has(name))));
  return [...different, ...[...gone].map((project) => ({ project }))];
}

/** Writes and removes target files. */
export function writeTargets(targets: TargetFolder, changes: readonly TargetFile[], tiers: readonly string[]): void {
  targets.makeTiers(tiers);
  for (const file of changes) targets.put(file, changes.length < manyFiles);
  if (changes.length > 0) targets.sync(changes.length >= manyFiles);
  targets.removeOtherTiers(tiers);
}
