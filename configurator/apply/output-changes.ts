import { ChangedView, type FileChanges, projectOfPath } from "../disk/release-view.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Outputs } from "../outputs/make-outputs.js";
import type { Output } from "../outputs/output.js";
import { isRemembered, renderMoved } from "../render/moved-away.js";
import { filesIn } from "../render/render-project.js";
import { globalRulesName } from "../render/rule-file.js";

/** What is to be known of this machine beside the files of an output. */
export interface Circumstances {
  readonly now: Date;
  /** Whether a project has targets here. */
  readonly hasTargets: (project: string) => boolean;
}

/** The circumstances at a time, with the targets that this machine writes, if any. */
export function circumstancesOf({ targets }: Pick<Outputs, "targets">, now: Date): Circumstances {
  const hasTargets = (project: string) => {
    const folder = targets?.folder;
    return folder?.tiers().some((tier) => folder.read(tier, project) !== undefined) === true;
  };
  return { now, hasTargets };
}

/** What of one output's files is to be written and removed: only what differs from the release in use. */
export function outputChanges(output: Output, changes: Changes, circumstances: Circumstances): FileChanges {
  const different = new Map<string, string | null>();
  const there = new Set(output.projectFolders.flatMap((folder) => output.tree.inUse.list(folder)));
  const wanted = wantedFiles(output, changes, there, circumstances);
  const kept = new Set(changes.projects.flatMap(({ name, keeps }) => keeps.map((folder) => `${folder}/${name}`)));
  const isKept = (path: string) => kept.has(`${output.name}/${folderOf(path)}/${projectOfPath(path)}`);
  // A project that has no such file here yet gets those that there are.
  const keeping = new Set([...there].filter(isKept).map(projectOfPath));
  for (const path of there) {
    if (isKept(path)) continue;
    const files = wanted.get(projectOfPath(path));
    const isGone = files === undefined ? changes.full : !files.has(path);
    if (isGone) different.set(path, null);
  }
  for (const [path, text] of [...wanted.values()].flatMap((files) => [...files])) {
    if (isKept(path) && keeping.has(projectOfPath(path))) continue;
    if (!there.has(path) || output.tree.inUse.read(path) !== text) different.set(path, text);
  }
  if (different.size === 0 && !changes.full) return different;
  for (const path of forgotten(output, circumstances.now)) if (!different.has(path)) different.set(path, null);
  return withMainFiles(output, different);
}

/** What need not be remembered of projects that moved away long ago; by itself it is no reason for a reload. */
function forgotten({ movedFolder, tree }: Output, now: Date): readonly string[] {
  if (movedFolder === undefined) return [];
  return tree.inUse.list(movedFolder).filter((path) => !isRemembered(tree.inUse.read(path) ?? "", now));
}

/** What is left of a project that moved to another shard, where it has been here. */
function filesOfMoved(
  { movedFolder, tree }: Output,
  project: string,
  hasFiles: boolean,
  { now, hasTargets }: Circumstances,
): ReadonlyMap<string, string> {
  if (movedFolder === undefined || !(hasFiles || hasTargets(project))) return new Map();
  const path = `${movedFolder}/${project}.json`;
  return new Map([[path, tree.inUse.read(path) ?? renderMoved(now)]]);
}

function folderOf(path: string): string {
  return path.slice(0, path.indexOf("/"));
}

/** The changes with those of the main files that follow from them. */
export function withMainFiles(output: Output, changes: FileChanges): FileChanges {
  const main = output.mainFiles(new ChangedView(output.tree.inUse, changes));
  const different = [...main].filter(([path, text]) => output.tree.inUse.read(path) !== text);
  return new Map([...changes, ...different]);
}

/** By project all files that it is to have, for those that changed; nobody else's are touched. */
function wantedFiles(
  output: Output,
  changes: Changes,
  there: ReadonlySet<string>,
  circumstances: Circumstances,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const wanted = new Map<string, ReadonlyMap<string, string>>();
  for (const project of changes.projects) wanted.set(project.name, filesIn(output.name, project));
  const moved = changes.deleted.some(({ movedAway }) => movedAway);
  const here = new Set(moved ? [...there].map(projectOfPath) : []);
  for (const { name, movedAway } of changes.deleted) {
    wanted.set(name, movedAway ? filesOfMoved(output, name, here.has(name), circumstances) : new Map());
  }
  if (output.globalRules === undefined || changes.globalRules === undefined) return wanted;
  const text = changes.globalRules[output.globalRules];
  wanted.set(globalRulesName, text === null ? new Map() : new Map([[`rules/${globalRulesName}.yml`, text]]));
  return wanted;
}
