import { projectOfPath } from "../disk/release-view.js";
import type { TargetFile, TargetFolder } from "../disk/target-folder.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Output } from "../outputs/output.js";
import { filesIn, type OutputName, probedTargets, type RenderedProject } from "../render/render-project.js";
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
export function writeTargets(targets: TargetFolder, changes: readonly TargetFile[]): void {
  for (const file of changes) targets.put(file, changes.length < manyFiles);
  if (changes.length > 0) targets.sync(changes.length >= manyFiles);
}

/** Those that only a Prometheus may read that runs the config which was rendered with them. */
export function bound(
  targets: TargetFolder,
  files: readonly TargetFile[],
  { deleted }: Changes,
): ReadonlySet<TargetFile> {
  const moved = new Set(deleted.flatMap(({ name, movedAway }) => (movedAway ? [name] : [])));
  const isBound = ({ project, tier }: TargetFile) => {
    // Before the config that drops its alerts, those would be told as over while they are not.
    if (moved.has(project)) return true;
    // A tier that is new is read by nobody before.
    return tier !== undefined && targets.tiers().some((each) => each !== tier && targets.has(each, project));
  };
  return new Set(files.filter(isBound));
}

/**
 * The projects whose scrape configs or probe modules an output keeps as they were: a target must not be scraped by both the
 * old and the new, nor by neither. What may not be reached any more goes all the same.
 */
export function withScrapesKept(
  outputs: readonly Output[],
  { projects }: Changes,
  kept: readonly KeptProject[],
): ReadonlySet<string> {
  const isKept = (project: RenderedProject) =>
    outputs.some(
      (output) =>
        (output.name === "prometheus" || output.name === "blackbox") &&
        kept.some(({ name, output: of }) => name === project.name && of === output.name) &&
        output.mergedFolders.some((folder) => differs(output, folder, project)),
    );
  return new Set(projects.filter((one) => !one.isOutOfReach && isKept(one)).map(({ name }) => name));
}

/** A project of which an output keeps what it had. */
interface KeptProject {
  readonly output: OutputName;
  readonly name: string;
}

function differs({ name, tree }: Output, folder: string, project: RenderedProject): boolean {
  const isOwn = (path: string) => path.startsWith(`${folder}/`) && projectOfPath(path) === project.name;
  const wanted = new Map([...filesIn(name, project)].filter(([path]) => isOwn(path)));
  const there = tree.inUse.list(folder).filter(isOwn);
  return there.length !== wanted.size || there.some((path) => tree.inUse.read(path) !== wanted.get(path));
}
