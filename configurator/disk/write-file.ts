import { execFileSync } from "node:child_process";
import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";

/** What the agent writes is for its own user alone: configs hold the operators' passwords too, not only `secrets/`. */
export const fileMode = 0o600;
export const folderMode = 0o700;

/** Writes a new file, or a file that nobody reads yet; if `durable`, it is on the disk when the call returns. */
export function writeFile(path: string, text: string, durable: boolean): void {
  const file = openSync(path, "w", fileMode);
  try {
    // What a start that broke off has left may have other permissions.
    fchmodSync(file, fileMode);
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Replaces a file in one step: whoever reads it sees the old text or the new one. `beside` is on the same file system. */
export function replaceFile(path: string, text: string, beside: string, durable = true): void {
  writeFile(beside, text, durable);
  renameSync(beside, path);
}

/** Makes the names in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** A file's text, or undefined when it is not there. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether an error says that a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Makes all that is written on a file system survive a power cut: one call where thousands of files would each wait. */
export function syncFileSystem(path: string): void {
  execFileSync("sync", ["--file-system", path]);
}
