import { createHash } from "node:crypto";
import type { Labels } from "../core/labels.js";

/**
 * A hash of what a recording rule records: its name with its labels, in any order. Two rules of a project that record
 * the same would overwrite each other's samples.
 */
export function recordedSeriesOf(name: string, labels: Labels): string {
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([name, entries]))
    .digest("hex");
}
