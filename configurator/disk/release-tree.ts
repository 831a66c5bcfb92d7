import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type FileChanges, FolderView, namesIn, type ReleaseView } from "./release-view.js";
import { folderMode, isMissing, readIfThere, syncFileSystem, syncFolder, writeFile } from "./write-file.js";

/** From how many new files on the whole file system is synced once, instead of each file. */
const manyFiles = 64;

/**
 * The releases of one output. Each is a whole folder, at most two levels deep, in which files that did not change are
 * hard links to those of the release before; `current` is a link to the one in use. A release is built under another
 * name and never changes once it has its own, so what stands behind `current` is whole at every instant.
 *
 * File system calls are synchronous on purpose: linking 5,000 files takes 0.1 s so, and many times that otherwise.
 */
export class ReleaseTree {
  /** The release in use; it holds nothing before the first one. */
  readonly inUse: ReleaseView;
  /** The release that is being built. */
  readonly building: ReleaseView;
  /** The folder of the release that is being built. */
  readonly buildingFolder: string;
  readonly #releases: string;
  readonly #link: string;
  /** Whether the release being built holds files that were not synced one by one. */
  #unsynced = false;
  /** What was written of the first release before it is built. */
  readonly #ahead = new Map<string, string>();

  constructor(readonly folder: string) {
    this.#releases = join(folder, "releases");
    this.#link = join(folder, "current");
    this.buildingFolder = join(this.#releases, ".building");
    this.inUse = new FolderView(this.#link);
    this.building = new FolderView(this.buildingFolder);
  }

  /** The path that readers use for a file, whichever release is in use. */
  pathOf(path: string): string {
    return join(this.#link, path);
  }

  /** The path of a file in the release that is being built. */
  buildingPath(path: string): string {
    return join(this.buildingFolder, path);
  }

  /** The name of the release in use; undefined before the first one, and where it was taken away by hand. */
  current(): string | undefined {
    try {
      const name = basename(readlinkSync(this.#link));
      return this.has(name) ? name : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /**
   * Writes files of the first release while others are still on their way, so that the disk works while the server does.
   * Later releases share most of their files with the one before, so nothing is written ahead of them.
   */
  writeAhead(files: ReadonlyMap<string, string>): void {
    if (files.size === 0 || this.current() !== undefined) return;
    if (this.#ahead.size === 0) this.#begin();
    for (const path of files.keys()) if (this.#ahead.has(path)) rmSync(this.buildingPath(path));
    this.#write(files, false);
    for (const [path, text] of files) this.#ahead.set(path, text);
  }

  /** Builds a release: all files of the one in use, with the changes. What an earlier start has left is removed. */
  build(changes: FileChanges): void {
    if (this.#ahead.size === 0) this.#begin();
    if (this.current() !== undefined) this.#linkFolder("", changes);
    const rest = new Map(changes);
    for (const [path, text] of this.#ahead) {
      if (changes.get(path) === text) rest.delete(path);
      else rmSync(this.buildingPath(path));
    }
    this.#ahead.clear();
    this.#write(rest, rest.size < manyFiles);
  }

  /** Changes files of the release that is being built. */
  write(changes: FileChanges): void {
    // Never written in place: a name may be a hard link to the release in use.
    for (const path of changes.keys()) rmSync(this.buildingPath(path), { force: true });
    this.#write(changes, changes.size < manyFiles);
  }

  #begin(): void {
    this.discard();
    this.#unsynced = false;
    makeFolder(this.buildingFolder);
  }

  /** Writes files whose names are free. */
  #write(changes: FileChanges, durable: boolean): void {
    this.#unsynced ||= !durable;
    const folders = new Set<string>();
    for (const [path, text] of changes) {
      if (text === null) continue;
      const target = this.buildingPath(path);
      const folder = dirname(target);
      if (!folders.has(folder)) makeFolder(folder);
      folders.add(folder);
      writeFile(target, text, durable);
    }
  }

  /** Gives files of the release that is being built back the state that they have in the one in use. */
  revert(paths: Iterable<string>): void {
    for (const path of paths) {
      rmSync(this.buildingPath(path), { force: true });
      try {
        linkSync(this.pathOf(path), this.buildingPath(path));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
  }

  /** Gives the built release its name and puts it in use. */
  publish(revision: number): string {
    const name = this.#freeName(revision);
    if (this.#unsynced) syncFileSystem(this.buildingFolder);
    for (const folder of this.#foldersOfBuilding()) syncFolder(folder);
    renameSync(this.buildingFolder, join(this.#releases, name));
    syncFolder(this.#releases);
    this.use(name);
    return name;
  }

  /** Puts a release in use, in one step. */
  use(name: string): void {
    const next = `${this.#link}.next`;
    rmSync(next, { force: true });
    symlinkSync(join("releases", name), next);
    renameSync(next, this.#link);
    syncFolder(this.folder);
  }

  /** Removes what was being built. */
  discard(): void {
    rmSync(this.buildingFolder, { recursive: true, force: true });
  }

  /** Removes all releases but the one in use and those named. */
  prune(keep: readonly (string | undefined)[]): void {
    const kept = new Set([...keep, this.current()]);
    for (const name of namesIn(this.#releases)) {
      if (!kept.has(name)) rmSync(join(this.#releases, name), { recursive: true, force: true });
    }
  }

  /** The files in a folder of the release in use that were written after a time; all of them without one. */
  changedSince(folder: string, time: Date | undefined): readonly string[] {
    const paths = this.inUse.list(folder);
    return time === undefined ? paths : paths.filter((path) => statSync(this.pathOf(path)).mtimeMs > time.getTime());
  }

  /**
   * What one release has otherwise than another: its texts, and null for what it lacks; everything when there is no other.
   * Files that the two share as hard links are not read.
   */
  differences(before: string | undefined, after: string): FileChanges {
    const earlier = before === undefined ? new Map<string, number>() : this.#filesOf(before);
    const later = this.#filesOf(after);
    const changes = new Map<string, string | null>();
    for (const path of earlier.keys()) if (!later.has(path)) changes.set(path, null);
    for (const [path, inode] of later) {
      if (earlier.get(path) === inode) continue;
      const text = readIfThere(join(this.#releases, after, path));
      const isSame = before !== undefined && readIfThere(join(this.#releases, before, path)) === text;
      if (text !== undefined && !isSame) changes.set(path, text);
    }
    return changes;
  }

  /** By path the numbers of a release's files on the file system. */
  #filesOf(release: string): ReadonlyMap<string, number> {
    const folder = join(this.#releases, release);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name));
    return new Map(paths.map((path) => [relative(folder, path), statSync(path).ino]));
  }

  /** Whether a release is still there. */
  has(name: string): boolean {
    return existsSync(join(this.#releases, name));
  }

  #linkFolder(folder: string, changes: FileChanges): void {
    const from = this.pathOf(folder);
    const to = this.buildingPath(folder);
    if (folder !== "") makeFolder(to);
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) this.#linkFolder(path, changes);
      else if (!changes.has(path)) linkSync(`${from}/${entry.name}`, `${to}/${entry.name}`);
    }
  }

  #foldersOfBuilding(): readonly string[] {
    const inside = readdirSync(this.buildingFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...inside.map((entry) => this.buildingPath(entry.name)), this.buildingFolder];
  }

  #freeName(revision: number): string {
    const taken = new Set(namesIn(this.#releases));
    for (let attempt = 1; ; attempt++) if (!taken.has(`${revision}-${attempt}`)) return `${revision}-${attempt}`;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: folderMode });
  } catch (error) {
    // What Node says of a read-only disk there; made alone, the folder tells the true reason.
    if (isMissing(error)) mkdirSync(path, { mode: folderMode });
    else throw error;
  }
}
