import { createHash } from "node:crypto";
import type { FileChanges } from "../disk/release-view.js";
import type { OutputName } from "../render/render-project.js";

/** Files of a project that an output refused, as they are remembered until they change. */
export interface HeldFiles {
  readonly output: OutputName;
  /** The project's id, as far as it is known. */
  readonly id?: string | undefined;
  readonly name: string;
  /** What was refused: the same files are not tried again before `retryAt`. */
  readonly digest: string;
  readonly file: string;
  readonly message: string;
  /** How often they were tried. */
  readonly tries: number;
  /** ISO-8601; from then on they are tried again, as what they clashed with may be gone. */
  readonly retryAt: string;
  /** What they were rendered and checked with: with anything else they are tried again. */
  readonly fingerprint: string;
}

const firstRetryMs = 3_600_000;
const longestRetryMs = 24 * 3_600_000;

/** Tells a project's changed files from all others; equal exactly when paths and texts are. */
export function digestOf(files: FileChanges): string {
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}

/** When files that were refused so often are tried again: after an hour at first, then twice as long each time, up to a day. */
export function retryTime(tries: number, now: Date): string {
  const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tries - 1, 10));
  return new Date(now.getTime() + waitMs).toISOString();
}
