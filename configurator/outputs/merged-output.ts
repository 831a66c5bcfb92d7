import type { CommandResult } from "../check/run-command.js";
import { toolMessage } from "../check/tool-message.js";
import type { ReleaseTree } from "../disk/release-tree.js";
import { projectOfPath, type ReleaseView } from "../disk/release-view.js";
import type { Loader } from "../reload/loader.js";
import { type Output, SpoiltFileError, type Suspect } from "./output.js";

const fragmentsFolder = "projects";
const checkFile = "check.yml";

/** What sets one merged output apart from the other. */
export interface MergedOptions {
  readonly name: "blackbox" | "alertmanager" | "karma-acl";
  readonly mainFile: string;
  /** The main file's text: the base file with the projects' fragments, each as the JSON it is stored as. */
  readonly render: (fragments: readonly string[]) => string;
  /** Checks one config file. */
  readonly check: (file: string) => Promise<CommandResult>;
  /** See `Output.restart`. */
  readonly restart?: Output["restart"];
}

/**
 * An output whose one config file holds all projects: Alertmanager and the blackbox exporter can read no second file. Each
 * project's part is kept beside it, so that a change of one project needs no other's data.
 */
export class MergedOutput implements Output {
  readonly name: MergedOptions["name"];
  readonly projectFolders = [fragmentsFolder, "secrets"];
  readonly mergedFolders = [fragmentsFolder];
  readonly hostFolders = this.projectFolders;
  readonly unread = [];
  readonly restart?: Output["restart"];

  constructor(
    readonly tree: ReleaseTree,
    readonly reloader: Loader,
    private readonly options: MergedOptions,
  ) {
    this.name = options.name;
    if (options.restart !== undefined) this.restart = options.restart;
  }

  mainFiles(view: ReleaseView): ReadonlyMap<string, string> {
    return new Map([[this.options.mainFile, this.#render(view, view.list(fragmentsFolder))]]);
  }

  #render(view: ReleaseView, paths: readonly string[]): string {
    const texts = paths.flatMap((path) => view.read(path) ?? []);
    try {
      return this.options.render(texts);
    } catch (error) {
      if (error instanceof SyntaxError) throw this.#spoilt(view, paths, error);
      throw error;
    }
  }

  /** The error that tells which of the fragments is none. */
  #spoilt(view: ReleaseView, paths: readonly string[], cause: SyntaxError): Error {
    const isSpoilt = (path: string) => {
      try {
        JSON.parse(view.read(path) ?? "{}");
        return false;
      } catch {
        return true;
      }
    };
    const path = paths.find(isSpoilt);
    return path === undefined ? cause : new SpoiltFileError(this.name, path, cause);
  }

  async checkProjects(projects: readonly string[]): Promise<string | undefined> {
    const wanted = new Set(projects);
    const view = this.tree.building;
    const paths = view.list(fragmentsFolder).filter((path) => wanted.has(projectOfPath(path)));
    this.tree.write(new Map([[checkFile, this.#render(view, paths)]]));
    const problem = await this.#check(checkFile);
    this.tree.write(new Map([[checkFile, null]]));
    return problem;
  }

  checkMain(): Promise<string | undefined> {
    return this.#check(this.options.mainFile);
  }

  async findSuspects(): Promise<readonly Suspect[]> {
    return [];
  }

  async #check(file: string): Promise<string | undefined> {
    const { ok, output } = await this.options.check(this.tree.buildingPath(file));
    return ok ? undefined : toolMessage(output, this.tree.buildingFolder);
  }
}
