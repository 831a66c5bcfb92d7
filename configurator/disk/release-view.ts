import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isMissing, readIfThere } from "./write-file.js";

/** The files of one release, by their paths in it. */
export interface ReleaseView {
  /** A file's text, or undefined when it is not there. */
  read(path: string): string | undefined;
  /** The paths of the files in one folder, in order. */
  list(folder: string): readonly string[];
}

/** A release that lies in a folder. */
export class FolderView implements ReleaseView {
  constructor(private readonly folder: string) {}

  read(path: string): string | undefined {
    return readIfThere(join(this.folder, path));
  }

  list(folder: string): readonly string[] {
    return namesIn(join(this.folder, folder)).map((name) => `${folder}/${name}`);
  }
}

/** New texts by path, and `null` for files that go. */
export type FileChanges = ReadonlyMap<string, string | null>;

/** A release as it will be after changes. */
export class ChangedView implements ReleaseView {
  constructor(
    private readonly before: ReleaseView,
    private readonly changes: FileChanges,
  ) {}

  read(path: string): string | undefined {
    const changed = this.changes.get(path);
    return changed === undefined ? this.before.read(path) : (changed ?? undefined);
  }

  list(folder: string): readonly string[] {
    const paths = new Set(this.before.list(folder));
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

/** The names in a folder, in order; none when the folder is not there. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
