import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "./release-view.js";
import { folderMode, readIfThere, replaceFile, syncFileSystem, syncFolder } from "./write-file.js";

/** One project's target file: the tier it belongs to and its text, or no file at all. */
export interface TargetFile {
  readonly project: string;
  readonly tier?: string;
  readonly text?: string;
}

/**
 * The `file_sd` files, one folder per tier and one file per project. Prometheus reads a changed file by itself, so they
 * belong to no release: each is written beside the folder and renamed into it.
 */
export class TargetFolder {
  readonly #folder: string;
  readonly #beside: string;

  constructor(outputFolder: string) {
    this.#folder = join(outputFolder, "targets");
    this.#beside = join(outputFolder, ".target");
  }

  /** The tiers that have a folder. */
  tiers(): readonly string[] {
    return namesIn(this.#folder);
  }

  /** The projects that have a file in a tier. */
  projects(tier: string): readonly string[] {
    const files = namesIn(join(this.#folder, tier));
    return files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
  }

  /** Whether a project has a file in a tier. */
  has(tier: string, project: string): boolean {
    return existsSync(this.#path(tier, project));
  }

  /** The text of a project's file in a tier; undefined when it has none. */
  read(tier: string, project: string): string | undefined {
    return readIfThere(this.#path(tier, project));
  }

  /** Makes the folders of all tiers: Prometheus watches only folders that are there when it loads its config. */
  makeTiers(tiers: readonly string[]): void {
    for (const tier of tiers) mkdirSync(join(this.#folder, tier), { recursive: true, mode: folderMode });
  }

  /** Writes a project's file, and removes what it has in other tiers. */
  put({ project, tier, text }: TargetFile, durable: boolean): void {
    if (tier !== undefined && text !== undefined) replaceFile(this.#path(tier, project), text, this.#beside, durable);
    for (const other of this.tiers()) {
      if (other !== tier || text === undefined) rmSync(this.#path(other, project), { force: true });
    }
  }

  /** Makes what was put survive a power cut: the names of the files, and their texts too where they were not durable. */
  sync(texts: boolean): void {
    if (texts) syncFileSystem(this.#folder);
    for (const tier of this.tiers()) syncFolder(join(this.#folder, tier));
  }

  /** Removes the folders of tiers that are no more, which must be empty of projects. */
  removeOtherTiers(tiers: readonly string[]): void {
    for (const tier of this.tiers().filter((each) => !tiers.includes(each))) {
      rmSync(join(this.#folder, tier), { recursive: true, force: true });
    }
  }

  #path(tier: string, project: string): string {
    return join(this.#folder, tier, `${project}.json`);
  }
}
