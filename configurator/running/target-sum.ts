import { statSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../disk/release-view.js";

/** What a folder of target files comes to: Prometheus shows the same of the files that it has read. */
export interface TargetSum {
  readonly files: number;
  /** All files' times of change together, in whole seconds. */
  readonly seconds: number;
}

/** Sums up folders of target files; one in which nothing was written since the last time is not looked through again. */
export class TargetSums {
  readonly #known = new Map<string, { readonly changedAt: number; readonly sum: TargetSum }>();

  of(folder: string): TargetSum {
    // Files are renamed into it, which changes its own time too.
    const changedAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const known = this.#known.get(folder);
    if (known?.changedAt === changedAt) return known.sum;
    const files = namesIn(folder).filter((name) => name.endsWith(".json"));
    const times = files.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const sum = { files: files.length, seconds: times.reduce((total, ms) => total + Math.floor(ms / 1_000), 0) };
    this.#known.set(folder, { changedAt, sum });
    return sum;
  }
}
