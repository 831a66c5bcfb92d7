import { createHash } from "node:crypto";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Outputs } from "../outputs/make-outputs.js";
import { globalRulesName } from "../render/rule-file.js";
import type { Settings } from "../settings/settings.js";
import { BrakedError } from "./braked-error.js";
import { itemsIn } from "./file-items.js";
import { FilesInUse } from "./files-in-use.js";
import { findRemoval, type Loss, lostByNow } from "./find-removal.js";
import { type Brake, type Counts, countsOf, nounOf, type RemovalKind, removalKinds } from "./removal.js";

/** What went at a time without anybody's confirmation. */
export interface Removed {
  readonly at: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** What became of the judgement of some changes. */
export interface Judgement {
  /** Why they are held back, if they are. */
  readonly braked?: BrakedError;
  /** What is to be remembered as removed lately, with what of these changes was carried out by the time of the call. */
  readonly removedByNow: () => readonly Removed[];
}

const mostNames = 20;
const minuteMs = 60_000;

/** Judges whether changes would take away so much that they look like a mistake of the server's. */
export class DeletionBrake {
  constructor(
    private readonly settings: Settings["brake"],
    private readonly now: () => Date,
  ) {}

  /** Looks at the files of what changes alone, and at those of all projects once more goes than always may. */
  judge(made: Outputs, changes: Changes, removedBefore: readonly Removed[]): Judgement {
    const files = new FilesInUse(made);
    const losses = findRemoval(files, changes, this.settings);
    const removed = this.#lately(removedBefore);
    if (losses.length === 0) return { removedByNow: () => removed };
    const removedByNow = () => {
      const inUse = new FilesInUse(made);
      const counts = sumOf(losses, (loss) => lostByNow(loss, inUse));
      return removalKinds.some((kind) => counts[kind] > 0)
        ? [...removed, { at: this.now().toISOString(), counts }]
        : removed;
    };
    const next = { removedByNow };
    const lost = sumOf(losses, ({ counts }) => counts);
    const recent = countsOf((kind) => removed.reduce((sum, { counts }) => sum + (counts[kind] ?? 0), 0));
    const { alwaysAllowed, maxDeletedShare } = this.settings;
    const isLost = changes.full && changes.projects.length === 0 && losses.some(({ isWhole }) => isWhole);
    const isEmptied = isLost && maxDeletedShare < 1;
    if (!isEmptied && removalKinds.every((kind) => lost[kind] + recent[kind] <= alwaysAllowed)) return next;
    const known = knownCounts(files);
    const isTooMuch = (counts: Counts, kind: RemovalKind) => {
      const all = counts[kind] + recent[kind];
      return counts[kind] > 0 && all > alwaysAllowed && all > maxDeletedShare * (known[kind] + recent[kind]);
    };
    const braking = removalKinds.filter((kind) => isTooMuch(lost, kind));
    if (!isEmptied && braking.length === 0) return next;
    const whole = losses.filter(({ isWhole }) => isWhole);
    const partial = losses.filter(({ isWhole }) => !isWhole);
    const lostInPart = sumOf(partial, ({ counts }) => counts);
    // What would be let through anyway is no part of what is confirmed: it changes all the time in a large cloud.
    const inPart = removalKinds.filter((kind) => isEmptied || isTooMuch(lostInPart, kind));
    const brake: Brake = {
      digest: digestOf(whole, partial, inPart),
      revision: changes.revision,
      removals: removalKinds.flatMap((kind) =>
        lost[kind] === 0 ? [] : [{ kind, count: lost[kind], known: known[kind], recent: recent[kind] }],
      ),
      names: namesOf(whole, partial),
    };
    return { ...next, braked: new BrakedError(brake, braking, this.settings, isEmptied) };
  }

  #lately(removed: readonly Removed[]): readonly Removed[] {
    const from = this.now().getTime() - this.settings.windowMinutes * minuteMs;
    return removed.filter(({ at }) => Date.parse(at) > from);
  }
}

function sumOf(losses: readonly Loss[], countsIn: (loss: Loss) => Counts): Counts {
  return countsOf((kind) => losses.reduce((sum, loss) => sum + countsIn(loss)[kind], 0));
}

function knownCounts(files: FilesInUse): Counts {
  const projects = [...files.projects()];
  const items = [...projects, globalRulesName].map((name) => itemsIn(name, files.of(name)));
  return countsOf((kind) =>
    kind === "PROJECT" ? projects.length : items.reduce((sum, of) => sum + (of.get(kind)?.length ?? 0), 0),
  );
}

/** By what the machines of one cloud have in common, so that one confirmation is enough for all of them. */
function digestOf(whole: readonly Loss[], partial: readonly Loss[], inPart: readonly RemovalKind[]): string {
  const projects = whole.map(({ project }) => JSON.stringify(["PROJECT", project]));
  const others = partial.flatMap(({ project, gone }) =>
    inPart.flatMap((kind) => (gone.get(kind) ?? []).map((name) => JSON.stringify([kind, project, name]))),
  );
  const hash = createHash("sha256").update([...projects, ...others].toSorted().join("\n"));
  return hash.digest("hex").slice(0, 32);
}

function namesOf(whole: readonly Loss[], partial: readonly Loss[]): readonly string[] {
  const projects = whole.map(({ project }) => `${nounOf("PROJECT")} ${project}`).toSorted();
  const others = partial.flatMap(({ project, gone }) =>
    [...gone].flatMap(([kind, names]) =>
      names.map((name) =>
        project === globalRulesName ? `${nounOf(kind)} ${name}` : `${nounOf(kind)} ${project}: ${name}`,
      ),
    ),
  );
  return [...projects, ...others.toSorted()].slice(0, mostNames);
}
