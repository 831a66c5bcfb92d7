import { acceptMost } from "../check/accept-most.js";
import { findFailing } from "../check/find-failing.js";
import { type FileChanges, projectOfPath } from "../disk/release-view.js";
import { isOfProject, type Output, OutputRefusedError, type Suspect } from "../outputs/output.js";
import { globalRulesName } from "../render/rule-file.js";
import { BuildInProgress } from "./build-in-progress.js";
import { digestOf, type HeldFiles } from "./held-projects.js";
import { mendGlobalRules } from "./mend-global-rules.js";
import type { PhaseTimes } from "./phase-times.js";

/** A project whose new files were refused, so that it keeps those it had. */
export interface HeldProject {
  readonly name: string;
  readonly file: string;
  readonly message: string;
  /** Whether what it had was no better, so that now it has none. */
  readonly isRemoved?: boolean;
  /** What was refused; absent where there is nothing to try again. */
  readonly digest?: string;
}

/** A release that was built and checked, ready to be used; without `changes` there is nothing to use. */
export interface StagedRelease {
  readonly changes: FileChanges;
  readonly held: readonly HeldProject[];
  /** Whether files that belong to no project change. */
  readonly changesMain: boolean;
}

/** What is known of files before they are checked. */
export interface KnownFiles {
  readonly suspects: readonly Suspect[];
  /** Projects with a host that may not be reached: what they had may hold it. */
  readonly outOfReach: ReadonlySet<string>;
  /** By project what was refused before, and is not to be tried again now. */
  readonly refused: ReadonlyMap<string, HeldFiles>;
}

/**
 * Builds and checks an output's next release. Projects that fail are held at the files they had, so that all others go on:
 * first those that fail by themselves, then those without which the whole passes. When the main file fails even without any,
 * an OutputRefusedError is thrown. Suspect files are never kept.
 */
export async function stageRelease(
  output: Output,
  changed: FileChanges,
  known: KnownFiles,
  times: PhaseTimes,
): Promise<StagedRelease> {
  const unmended = known.suspects.filter(({ path }) => !changed.has(path));
  const wanted = new Map([...changed, ...removalOf(unmended)]);
  if (wanted.size === 0) return { changes: wanted, held: [], changesMain: false };
  const staging = new Staging(output, wanted, known, times);
  await staging.holdWhatFails();
  const changes = staging.build.files;
  const held = [
    ...staging.held,
    ...unmended.map(({ project, path, message }) => ({ name: project, file: path, message, isRemoved: true })),
  ];
  if (changes.size === 0) {
    output.tree.discard();
    return { changes, held, changesMain: false };
  }
  return { changes, held, changesMain: changesMain(output, changes) };
}

/** One output's release on its way from what is wanted to what passes. */
class Staging {
  readonly build: BuildInProgress;
  readonly #held = new Map<string, HeldProject>();
  /** What is told of files that go on in part. */
  readonly #mended: HeldProject[] = [];
  readonly #files: Map<string, Map<string, string | null>>;

  constructor(
    private readonly output: Output,
    wanted: FileChanges,
    private readonly known: KnownFiles,
    private readonly times: PhaseTimes,
  ) {
    this.build = new BuildInProgress(output, wanted);
    this.#files = filesByProject(output, wanted);
  }

  get held(): readonly HeldProject[] {
    return [...this.#held.values(), ...this.#mended];
  }

  async holdWhatFails(): Promise<void> {
    for (const [name, files] of this.#files) {
      const before = this.known.refused.get(name);
      if (before !== undefined && before.digest === digestOf(files)) this.#hold(name, before.message, before.file);
    }
    await this.#holdFailing();
    if (this.#held.size > 0) this.#change(this.#free);
    const problem = changesMain(this.output, this.build.files) ? await this.#checkMain() : undefined;
    if (problem !== undefined) await this.#holdClashing(problem);
  }

  /** The projects that are not held. */
  get #free(): readonly string[] {
    return [...this.#files.keys()].filter((name) => !this.#held.has(name));
  }

  async #holdFailing(): Promise<void> {
    const projects = this.#free.filter((name) => hasText(this.#files.get(name)));
    const check = (names: readonly string[]) => this.times.measure("check", () => this.output.checkProjects(names));
    if (projects.length === 0 || (await check(projects)) === undefined) return;
    // With a broken base file each and every project would seem to fail.
    const problem = await check([]);
    if (problem !== undefined) throw new OutputRefusedError(this.output.name, problem);
    for (const { item, message } of await findFailing(projects, check, (said) => this.#namedIn(said))) {
      // Once more: what kept the check from working for a moment is no fault of the project.
      if ((await check([item])) === undefined) continue;
      if (item !== globalRulesName || !(await this.#mendGlobalRules(check))) this.#hold(item, message);
    }
  }

  /** The projects whose files a check's message names. */
  #namedIn(message: string): ReadonlySet<string> {
    const folders = this.output.projectFolders.join("|");
    const paths = message.matchAll(new RegExp(`\\b(?:${folders})/[^\\s:,;"']+`, "g"));
    return new Set(Array.from(paths, ([path]) => projectOfPath(path)));
  }

  /** Keeps those of the rules for all projects that pass; resolves to whether any does. */
  async #mendGlobalRules(check: (names: readonly string[]) => Promise<string | undefined>): Promise<boolean> {
    const files = this.#files.get(globalRulesName);
    const [path, text] = [...(files ?? [])][0] ?? [];
    if (files === undefined || path === undefined || text == null) return false;
    const mended = await mendGlobalRules(text, async (part) => {
      files.set(path, part);
      this.#change(this.#free);
      return check([globalRulesName]);
    });
    if (mended.text === undefined) {
      files.set(path, text);
      return false;
    }
    files.set(path, mended.text);
    // What was tried last is in the build, which need not be what passes.
    this.#change(this.#free);
    for (const { item, message } of mended.refused) {
      this.#mended.push({ name: globalRulesName, file: path, message: `Rule "${item}": ${message}` });
    }
    return true;
  }

  /** Holds the projects that pass by themselves and not with the others. */
  async #holdClashing(problem: string): Promise<void> {
    const candidates = this.#free.filter((name) => hasText(this.#files.get(name)));
    const accepted = this.#free.filter((name) => !hasText(this.#files.get(name)));
    if (candidates.length === 0 || (await this.#mainProblem(accepted)) !== undefined) {
      throw new OutputRefusedError(this.output.name, problem);
    }
    // Of most projects the main file holds nothing, so there is nothing to look for among them.
    const others = candidates.filter((name) => !this.#isMerged(name));
    if (others.length > 0 && (await this.#mainProblem([...accepted, ...others])) === undefined) {
      accepted.push(...others);
    }
    const known = new Set(accepted);
    const searched = candidates.filter((name) => !known.has(name));
    const { refused } = await acceptMost(searched, async (names) => {
      const message = await this.#mainProblem([...accepted, ...names]);
      if (message === undefined) accepted.push(...names);
      return message;
    });
    for (const { item, message } of refused) this.#hold(item, message);
    this.#change(this.#free);
  }

  /** What is wrong with the main files that follow from these projects' files. */
  #mainProblem(names: readonly string[]): Promise<string | undefined> {
    this.#change(names);
    return this.#checkMain();
  }

  #isMerged(name: string): boolean {
    const paths = [...(this.#files.get(name)?.keys() ?? [])];
    return this.output.mergedFolders.some((folder) => paths.some((path) => path.startsWith(`${folder}/`)));
  }

  #checkMain(): Promise<string | undefined> {
    return this.times.measure("check", () => this.output.checkMain());
  }

  #hold(name: string, message: string, file?: string): void {
    const files = this.#files.get(name) ?? new Map<string, string | null>();
    const { suspects } = this.known;
    this.#held.set(name, {
      name,
      file: file ?? [...files].find(([, text]) => text !== null)?.[0] ?? "",
      message,
      isRemoved: suspects.some(({ project }) => project === name),
      digest: digestOf(files),
    });
  }

  /** Builds the release with the files of these projects alone, and without those that must not be kept. */
  #change(names: readonly string[]): void {
    const kept = names.flatMap((name) => [...(this.#files.get(name) ?? [])]);
    this.build.change(new Map([...kept, ...notToStay(this.output, new Set(this.#held.keys()), this.known)]));
  }
}

/** Of projects that keep what they had, what must go all the same: suspect files, and those with hosts that may be out of reach. */
export function notToStay(
  output: Output,
  held: ReadonlySet<string>,
  { suspects, outOfReach }: Pick<KnownFiles, "suspects" | "outOfReach">,
): FileChanges {
  const removed = suspects.filter(({ project }) => held.has(project));
  const unreachable = new Set([...held].filter((name) => outOfReach.has(name)));
  return new Map([...removalOf(removed), ...removalOf(hostFilesOf(output, unreachable))]);
}

function filesByProject(output: Output, changes: FileChanges): Map<string, Map<string, string | null>> {
  const byProject = new Map<string, Map<string, string | null>>();
  for (const [path, text] of changes) {
    if (!isOfProject(output, path)) continue;
    const project = projectOfPath(path);
    const files = byProject.get(project) ?? new Map<string, string | null>();
    byProject.set(project, files.set(path, text));
  }
  return byProject;
}

function hasText(files: FileChanges | undefined): boolean {
  return [...(files?.values() ?? [])].some((text) => text !== null);
}

function changesMain(output: Output, changes: FileChanges): boolean {
  return [...changes.keys()].some((path) => !isOfProject(output, path));
}

/** The files in use of these projects that name hosts. */
function hostFilesOf(
  { hostFolders, tree }: Output,
  projects: ReadonlySet<string>,
): readonly { readonly path: string }[] {
  if (projects.size === 0) return [];
  const paths = hostFolders.flatMap((folder) => tree.inUse.list(folder));
  return paths.filter((path) => projects.has(projectOfPath(path))).map((path) => ({ path }));
}

function removalOf(suspects: readonly { readonly path: string }[]): FileChanges {
  return new Map(suspects.map(({ path }) => [path, null]));
}
