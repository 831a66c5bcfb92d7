import type { FileChanges, ReleaseTree } from "./release-tree.js";

/** The files of a release as they will be: those in use with changes on top of them. */
export class ReleaseView {
  constructor(
    private readonly tree: ReleaseTree,
    private readonly changes: FileChanges,
  ) {}

  /** A file's text, or undefined when there will be none. */
  read(path: string): string | undefined {
    const changed = this.changes.get(path);
    return changed === undefined ? this.tree.read(path) : (changed ?? undefined);
  }

  /** The paths of all files that one folder will hold, in order. */
  list(folder: string): readonly string[] {
    const paths = new Set(this.tree.list(folder).map((name) => `${folder}/${name}`));
    for (const [path, text] of this.changes) {
      if (!path.startsWith(`${folder}/`)) continue;
      if (text === null) paths.delete(path);
      else paths.add(path);
    }
    return [...paths].sort();
  }
}

/** The project that a file belongs to: its name up to the first dot, which no project's name holds. */
export function projectOfPath(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.slice(0, file.indexOf("."));
}
