import type { FileChanges } from "../disk/release-view.js";
import type { Output } from "../outputs/output.js";
import { withMainFiles } from "./output-changes.js";

/** The release that an output is building, which can be given other files until it is right. */
export class BuildInProgress {
  #files: FileChanges;

  /** Builds all files of the release in use, with these changes. */
  constructor(
    private readonly output: Output,
    files: FileChanges,
  ) {
    this.#files = files;
    output.tree.build(files);
  }

  /** Its changes against the release in use. */
  get files(): FileChanges {
    return this.#files;
  }

  /** Gives it these projects' files, and the main files that follow from them, instead of those that it has. */
  change(ofProjects: FileChanges): void {
    const { output } = this;
    const next = withMainFiles(output, ofProjects);
    output.tree.revert([...this.#files.keys()].filter((path) => !next.has(path)));
    output.tree.write(new Map([...next].filter(([path, text]) => this.#files.get(path) !== text)));
    this.#files = next;
  }
}
