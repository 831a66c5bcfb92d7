import { acceptMost } from "../check/accept-most.js";
import { type FileChanges, projectOfPath } from "../disk/release-view.js";
import { publishMarked } from "../outputs/mark-release.js";
import { isOfProject, type Output } from "../outputs/output.js";
import { ReloadRefusedError } from "../reload/reload-error.js";
import { digestOf } from "./held-projects.js";
import { withMainFiles } from "./output-changes.js";
import { processName } from "./process-name.js";
import { type HeldProject, type KnownFiles, notToStay } from "./stage-release.js";

/** What was found by reloading. */
export interface LoadedMost {
  /** The release that the processes run now. */
  readonly loaded: string;
  readonly held: readonly HeldProject[];
  /** The projects that there was no time to try: they keep what they had. */
  readonly untried: readonly string[];
  /** How many files were written. */
  readonly files: number;
}

/** What is searched, and for how long. */
export interface LoadSearch {
  /** The release that was refused. */
  readonly refused: string;
  /** The one that was loaded before it, which is in use again; undefined when there is none. */
  readonly lastGood: string | undefined;
  readonly revision: number;
  readonly known: Pick<KnownFiles, "suspects" | "outOfReach">;
  readonly mayGoOn: () => boolean;
}

/**
 * Finds by reloading which projects' files the processes refuse though they passed all checks, and has the processes load
 * those of all others. Undefined when they refuse what belongs to no project: then the last good release is in use.
 * Rejects with a ProcessAwayError when a process went away; what was loaded by then is in use.
 */
export async function loadMost(
  output: Output,
  { refused, lastGood, revision, known, mayGoOn }: LoadSearch,
): Promise<LoadedMost | undefined> {
  const { tree, reloader } = output;
  const files = new Map<string, Map<string, string | null>>();
  for (const [path, text] of tree.differences(lastGood, refused)) {
    if (!isOfProject(output, path)) continue;
    const project = projectOfPath(path);
    files.set(project, (files.get(project) ?? new Map<string, string | null>()).set(path, text));
  }
  let loaded = lastGood;
  let written = 0;
  let isRefused = false;
  const tryWith = async (ofProjects: FileChanges): Promise<string | undefined> => {
    const changes = withMainFiles(output, ofProjects);
    if (changes.size === 0) return undefined;
    tree.build(changes);
    const release = publishMarked(output, revision);
    const before = await reloader.status();
    try {
      await reloader.reload(before);
      written += changes.size;
      loaded = release;
      isRefused = false;
      return undefined;
    } catch (error) {
      tree.use(loaded ?? refused);
      if (!(error instanceof ReloadRefusedError)) throw error;
      isRefused = true;
      // Who does not answer at once is known by its last success alone, which must lie between two failures.
      if (!reloader.answersAtOnce && loaded !== undefined) await again();
      return error.message;
    }
  };
  const again = async () => {
    await reloader.reload(await reloader.status());
    isRefused = false;
  };
  // Without a release before it, what is in use is the one that was refused.
  const nothing = new Map(lastGood === undefined ? [...files.values()].flatMap((each) => removalOf(each)) : []);
  if ((await tryWith(nothing)) !== undefined) {
    // Another process of the output may have loaded it.
    if (loaded !== undefined && isRefused) await again();
    return undefined;
  }
  const found = await acceptMost(
    [...files.keys()],
    (names) => tryWith(new Map(names.flatMap((name) => [...(files.get(name) ?? [])]))),
    mayGoOn,
  );
  const held = new Set([...found.refused.map(({ item }) => item), ...found.untried]);
  await tryWith(notToStay(output, held, known));
  if (isRefused) await again();
  if (loaded === undefined) return undefined;
  const { suspects } = known;
  return {
    loaded,
    held: found.refused.map(({ item, message }) => {
      const own = files.get(item) ?? new Map<string, string | null>();
      const file = [...own].find(([, text]) => text !== null)?.[0] ?? "";
      const isRemoved = suspects.some(({ project }) => project === item);
      return { name: item, file, message: refusalOf(output, message), isRemoved, digest: digestOf(own) };
    }),
    untried: found.untried,
    files: written,
  };
}

function removalOf(files: FileChanges): readonly (readonly [string, null])[] {
  return [...files.keys()].map((path) => [path, null] as const);
}

/** What a process said, without its address and the folders of the machine, which are not for tenants. */
function refusalOf({ name, tree }: Output, message: string): string {
  const said = message.replaceAll(`${tree.folder}/current/`, "").replaceAll(tree.folder, "");
  const reason = /\(\d+\): (.*)$/s.exec(said)?.[1];
  return `${processName(name)} refuses to load it${reason === undefined ? "" : `: ${reason}`}`;
}
