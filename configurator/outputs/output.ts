import type { ReleaseTree } from "../disk/release-tree.js";
import type { ReleaseView } from "../disk/release-view.js";
import type { Loader } from "../reload/loader.js";
import type { OutputName } from "../render/render-project.js";
import type { GlobalRuleMode } from "../render/rule-file.js";

/** One of the things that an agent writes: where, with which main file, how it is checked and who is told. */
export interface Output {
  readonly name: OutputName;
  readonly tree: ReleaseTree;
  readonly reloader: Loader;
  /** The global rules that are evaluated by its processes; absent where they evaluate none. */
  readonly globalRules?: GlobalRuleMode;
  /** Where each load is a restart: one that failed is not tried again with the same file before this time has passed. */
  readonly restart?: { readonly file: string; readonly retryMs: number };
  /** The folder of the rule files that its releases' mark counts; absent where the processes do not show a mark. */
  readonly markedRules?: string;
  /** The folders whose files belong to projects; each file's name begins with `<project>.`. */
  readonly projectFolders: readonly string[];
  /** That of them in which it is remembered which projects moved to another shard; absent where that is of no importance. */
  readonly movedFolder?: string;
  /** Those of them whose files become part of the main files. */
  readonly mergedFolders: readonly string[];
  /** Those of them whose files name hosts of projects. */
  readonly hostFolders: readonly string[];
  /** The files that belong to no project, from the base file and the projects' files. Throws a BaseFileError. */
  mainFiles(view: ReleaseView): ReadonlyMap<string, string>;
  /** Checks the files that these projects have in the release being built; resolves to what is wrong, in a few words. */
  checkProjects(projects: readonly string[]): Promise<string | undefined>;
  /** Checks the main files of the release being built. */
  checkMain(): Promise<string | undefined>;
  /** Looks at files in use that this agent may not have checked: those changed since a time, and those of these projects. */
  findSuspects(since: Date | undefined, projects: readonly string[]): Promise<readonly Suspect[]>;
  /** The projects whose files passed without a check that could not be made yet; they are to be looked at again. */
  readonly unread: readonly string[];
}

/** Whether a file of an output's release belongs to a project. */
export function isOfProject({ projectFolders }: Pick<Output, "projectFolders">, path: string): boolean {
  return projectFolders.some((folder) => path.startsWith(`${folder}/`));
}

/** A file in use that fails its check: it was changed by somebody else, or could not be checked well enough before. */
export interface Suspect {
  readonly project: string;
  readonly path: string;
  readonly message: string;
}

/** An output keeps what it runs: its new files failed a check, or a process refused them. */
export class OutputRefusedError extends Error {
  override readonly name: string = "OutputRefusedError";

  constructor(
    readonly output: OutputName,
    message: string,
  ) {
    super(message);
  }
}

/** A file in use is not what this program has written: an output cannot go on before everything is fetched and written again. */
export class SpoiltFileError extends OutputRefusedError {
  override readonly name = "SpoiltFileError";

  constructor(output: OutputName, path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(output, `${path} is not as it was written (${reason}); everything is fetched and written again`);
    this.cause = cause;
  }
}
