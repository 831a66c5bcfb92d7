import type { TargetFile, TargetFolder } from "../disk/target-folder.js";
import type { Changes } from "../fetch/fetch-changes.js";
import { probedTargets, type RenderedProject } from "../render/render-project.js";
import { withProbesOf } from "../render/target-file.js";

/** From how many files on the whole file system is synced once, instead of each file. */
const manyFiles = 64;

/** The target files that are to be written and removed. */
export function targetChanges(targets: TargetFolder, changes: Changes): readonly TargetFile[] {
  const wanted: TargetFile[] = [
    ...changes.projects.map((project) => ({ project: project.name, ...wantedFile(targets, project) })),
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

/** What a project's target file is to be; its probes stay as they are where their modules do. */
function wantedFile(
  targets: TargetFolder,
  { name, targets: rendered, keeps }: RenderedProject,
): Pick<TargetFile, "tier" | "text"> {
  if (!keeps.includes(probedTargets)) return rendered ?? {};
  const tier = targets.tiers().find((each) => targets.read(each, name) !== undefined);
  const before = tier === undefined ? undefined : targets.read(tier, name);
  if (before === undefined) return rendered ?? {};
  const text = withProbesOf(before, rendered?.text);
  return text === undefined ? {} : { tier: rendered?.tier ?? tier, text };
}

/** Writes and removes target files. */
export function writeTargets(targets: TargetFolder, changes: readonly TargetFile[], tiers: readonly string[]): void {
  targets.makeTiers(tiers);
  for (const file of changes) targets.put(file, changes.length < manyFiles);
  if (changes.length > 0) targets.sync(changes.length >= manyFiles);
  targets.removeOtherTiers(tiers);
}
