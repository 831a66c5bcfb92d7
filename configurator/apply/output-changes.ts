import { ChangedView, type FileChanges, projectOfPath } from "../disk/release-view.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Output } from "../outputs/output.js";
import { filesIn } from "../render/render-project.js";
import { globalRulesName } from "../render/rule-file.js";

/** What of one output's files is to be written and removed: only what differs from the release in use. */
export function outputChanges(output: Output, changes: Changes): FileChanges {
  const wanted = wantedFiles(output, changes);
  const different = new Map<string, string | null>();
  const there = new Set(output.projectFolders.flatMap((folder) => output.tree.inUse.list(folder)));
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
  return different.size === 0 && !changes.full ? different : withMainFiles(output, different);
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
function wantedFiles(output: Output, changes: Changes): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const wanted = new Map<string, ReadonlyMap<string, string>>();
  for (const project of changes.projects) wanted.set(project.name, filesIn(output.name, project));
  for (const { name } of changes.deleted) wanted.set(name, new Map());
  if (output.globalRules === undefined || changes.globalRules === undefined) return wanted;
  const text = changes.globalRules[output.globalRules];
  wanted.set(globalRulesName, text === null ? new Map() : new Map([[`rules/${globalRulesName}.yml`, text]]));
  return wanted;
}
