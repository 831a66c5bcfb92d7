import type { Changes } from "../fetch/fetch-changes.js";
import { isProjectName } from "../render/names.js";
import type { RenderedProject } from "../render/render-project.js";
import { globalRulesName } from "../render/rule-file.js";
import { type FileText, type Items, itemsIn } from "./file-items.js";
import { type FilesInUse, targetPath } from "./files-in-use.js";
import { type Counts, countsOf, type RemovalKind, removalKinds } from "./removal.js";

/** What one project loses. */
export interface Loss {
  readonly project: string;
  /** Whether the whole project goes. */
  readonly isWhole: boolean;
  readonly counts: Counts;
  /** By kind the names of what goes. */
  readonly gone: Items;
  /** What it had before. */
  readonly before: Items;
}

const nothing = countsOf(() => 0);

/**
 * What changes would take away, project by project. What takes the place of something else is no loss: only a project that
 * then has fewer of a kind loses some. What the server still has is none either, although it cannot be rendered now.
 */
export function findRemoval(files: FilesInUse, changes: Changes, mayMove: MoveLimit): readonly Loss[] {
  const elsewhere = movedAway(files, changes, mayMove);
  const living = new Set([...changes.projects.map(({ name }) => name), ...elsewhere]);
  const there = changes.full ? files.projects() : undefined;
  const deleted = there ?? changes.deleted.map(({ name }) => name);
  const losses = [
    ...[...deleted].filter((name) => !living.has(name)).map((name) => lossOfAll(name, files.of(name))),
    ...changes.projects.map((one) => (there?.has(one.name) === false ? undefined : lossOf(one, files))),
    lossOfGlobalRules(files, changes),
  ];
  return losses.filter((loss) => loss !== undefined);
}

/** How many projects may move to another shard at once even if nothing is left; all with a share of 1. */
export interface MoveLimit {
  readonly alwaysAllowed: number;
  readonly maxDeletedShare: number;
}

/** The projects that moved to another shard and are scraped there: unless nothing would be left, which may be a mistake. */
function movedAway(
  files: FilesInUse,
  changes: Changes,
  { alwaysAllowed, maxDeletedShare }: MoveLimit,
): readonly string[] {
  const moved = changes.deleted.flatMap(({ name, movedAway }) => (movedAway ? [name] : []));
  if (moved.length <= alwaysAllowed) return moved;
  const here = files.projects();
  const leaving = moved.filter((name) => here.has(name));
  const isEmptied = leaving.length === here.size && leaving.length > alwaysAllowed && maxDeletedShare < 1;
  return isEmptied ? [] : moved;
}

function lossOfAll(project: string, before: readonly FileText[]): Loss | undefined {
  if (before.length === 0) return undefined;
  const gone = itemsIn(project, before);
  const counts = countsOf((kind) => (kind === "PROJECT" ? 1 : sizeOf(gone, kind)));
  return { project, isWhole: true, counts, gone, before: gone };
}

/**
 * What of a loss has happened by now: files may be kept that cannot be replaced yet, and outputs that refuse what is new keep
 * theirs.
 */
export function lostByNow({ project, isWhole, counts, before }: Loss, files: FilesInUse): Counts {
  const left = files.of(project);
  const after = itemsIn(project, left);
  return countsOf((kind) => {
    if (kind === "PROJECT") return isWhole && left.length === 0 ? counts[kind] : 0;
    return Math.min(counts[kind], Math.max(0, sizeOf(before, kind) - sizeOf(after, kind)));
  });
}

function lossOf(rendered: RenderedProject, files: FilesInUse): Loss | undefined {
  const { name: project, counts: answered } = rendered;
  // It becomes a path, and has no files.
  if (!isProjectName(project)) return undefined;
  const before = files.of(project);
  const after = renderedFiles(rendered);
  const texts = new Map(after.map(({ path, text }) => [path, text]));
  if (before.every(({ path, text }) => texts.get(path) === text)) return undefined;
  return lossBetween(project, itemsIn(project, before), itemsIn(project, after), answered);
}

function lossOfGlobalRules(files: FilesInUse, { globalRules }: Changes): Loss | undefined {
  if (globalRules === undefined) return undefined;
  const after = files.globalRuleModes().flatMap(({ output, mode }) => {
    const text = globalRules[mode];
    return text === null ? [] : [{ path: `${output}/rules/${globalRulesName}.yml`, text }];
  });
  return lossBetween(
    globalRulesName,
    itemsIn(globalRulesName, files.of(globalRulesName)),
    itemsIn(globalRulesName, after),
  );
}

function lossBetween(project: string, before: Items, after: Items, answered: Counts = nothing): Loss | undefined {
  const counts = countsOf((kind) => Math.max(0, sizeOf(before, kind) - Math.max(sizeOf(after, kind), answered[kind])));
  if (removalKinds.every((kind) => counts[kind] === 0)) return undefined;
  const gone = new Map(
    removalKinds.map((kind) => {
      const there = new Set(after.get(kind));
      return [kind, counts[kind] === 0 ? [] : (before.get(kind) ?? []).filter((name) => !there.has(name))];
    }),
  );
  return { project, isWhole: false, counts, gone, before };
}

/** The files of a project as they were rendered, those of secrets left out. */
function renderedFiles({ name, files, targets }: RenderedProject): readonly FileText[] {
  const ofOutputs = Object.entries(files).flatMap(([output, texts]) =>
    [...texts].map(([path, text]) => ({ path: `${output}/${path}`, text })),
  );
  const ofTargets = targets === undefined ? [] : [{ path: targetPath(name), text: targets.text }];
  return [...ofOutputs.filter(({ path }) => !path.includes("/secrets/")), ...ofTargets];
}

function sizeOf(items: Items, kind: RemovalKind): number {
  return items.get(kind)?.length ?? 0;
}
