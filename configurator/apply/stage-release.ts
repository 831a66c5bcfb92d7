import { findFailing } from "../check/find-failing.js";
import { type FileChanges, projectOfPath } from "../disk/release-view.js";
import { type Output, OutputRefusedError, type Suspect } from "../outputs/output.js";
import { withMainFiles } from "./output-changes.js";
import type { PhaseTimes } from "./phase-times.js";

/** A project whose new files failed their check, so that it keeps those it had. */
export interface HeldProject {
  readonly name: string;
  readonly file: string;
  readonly message: string;
  /** Whether what it had was no better, so that now it has none. */
  readonly isRemoved?: boolean;
}

/** A release that was built and checked, ready to be used; without `changes` there is nothing to use. */
export interface StagedRelease {
  readonly changes: FileChanges;
  readonly held: readonly HeldProject[];
  /** Whether files that belong to no project change. */
  readonly changesMain: boolean;
}

/** What of the release in use must not stay even when the project's new files fail their check. */
export interface NotToBeKept {
  readonly suspects: readonly Suspect[];
  /** Projects with a host that may not be reached: what they had may hold it. */
  readonly outOfReach: ReadonlySet<string>;
}

/**
 * Builds and checks an output's next release. Projects that fail are held at the files they had, so that all others go on;
 * when the main file fails even without them, an OutputRefusedError is thrown. Suspect files are never kept.
 */
export async function stageRelease(
  output: Output,
  changed: FileChanges,
  { suspects, outOfReach }: NotToBeKept,
  times: PhaseTimes,
): Promise<StagedRelease> {
  const unmended = suspects.filter(({ path }) => !changed.has(path));
  const wanted = new Map([...changed, ...removalOf(unmended)]);
  if (wanted.size === 0) return { changes: wanted, held: [], changesMain: false };
  output.tree.build(wanted);
  const failing = await failingProjects(output, wanted, times);
  const names = new Set(failing.map(({ name }) => name));
  const removed = suspects.filter(({ project }) => names.has(project));
  const outOfHold = new Set([...names].filter((name) => outOfReach.has(name)));
  const gone = new Map([...removalOf(removed), ...removalOf(hostFilesOf(output, outOfHold))]);
  const changes = failing.length === 0 ? wanted : holdBack(output, wanted, names, gone);
  const suspectNames = new Set(removed.map(({ project }) => project));
  const held: readonly HeldProject[] = [
    ...failing.map((one) => ({ ...one, isRemoved: suspectNames.has(one.name) })),
    ...unmended.map(({ project, path, message }) => ({ name: project, file: path, message, isRemoved: true })),
  ];
  if (changes.size === 0) {
    output.tree.discard();
    return { changes, held, changesMain: false };
  }
  const changesMain = [...changes.keys()].some((path) => !isOfProject(output, path));
  if (changesMain) {
    const problem = await times.measure("check", () => output.checkMain());
    if (problem !== undefined) throw new OutputRefusedError(output.name, problem);
  }
  return { changes, held, changesMain };
}

async function failingProjects(
  output: Output,
  changes: FileChanges,
  times: PhaseTimes,
): Promise<readonly HeldProject[]> {
  const files = new Map<string, string>();
  for (const [path, text] of changes) {
    const project = projectOfPath(path);
    if (text !== null && isOfProject(output, path) && !files.has(project)) files.set(project, path);
  }
  const check = (projects: readonly string[]) => times.measure("check", () => output.checkProjects(projects));
  const projects = [...files.keys()];
  if (projects.length === 0 || (await check(projects)) === undefined) return [];
  // With a broken base file each and every project would seem to fail.
  const problem = await check([]);
  if (problem !== undefined) throw new OutputRefusedError(output.name, problem);
  const failing = await findFailing(projects, check);
  return failing.map(({ item, message }) => ({ name: item, file: files.get(item) ?? "", message }));
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

function holdBack(output: Output, changes: FileChanges, names: ReadonlySet<string>, removed: FileChanges): FileChanges {
  const kept = [...changes].filter(([path]) => isOfProject(output, path) && !names.has(projectOfPath(path)));
  const next = withMainFiles(output, new Map([...kept, ...removed]));
  const dropped = new Map([...changes].filter(([path]) => !next.has(path)));
  output.tree.revert(dropped.keys());
  output.tree.write(new Map([...next].filter(([path, text]) => changes.get(path) !== text)));
  return next;
}

function isOfProject(output: Output, path: string): boolean {
  return output.projectFolders.some((folder) => path.startsWith(`${folder}/`));
}
