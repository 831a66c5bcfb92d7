import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileMode, folderMode } from "./write-file.js";

/** Another process writes the same folder. */
export class FolderLockedError extends Error {
  override readonly name = "FolderLockedError";

  constructor(folder: string) {
    super(`${folder} is in use by another configurator; two must never write it at once.`);
  }
}

/**
 * Takes the folder for this process, and returns the function that gives it back. The kernel holds the lock (flock) and
 * lets go of it when the process ends, however it ends, so no lock is ever stale. Node has no call for it: `flock`, of
 * Debian's essential util-linux, locks a file that is open here, and the lock stays with the open file.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: folderMode });
  const file = openSync(join(folder, "lock"), "a", fileMode);
  const { error, status, stderr } = spawnSync("flock", ["--nonblock", "3"], {
    stdio: ["ignore", "ignore", "pipe", file],
    encoding: "utf8",
  });
  if (status === 0) return () => closeSync(file);
  closeSync(file);
  if (error !== undefined) throw new Error(`flock cannot be run: ${error.message}`, { cause: error });
  // flock says nothing when somebody else has the lock.
  throw status === 1 && stderr === "" ? new FolderLockedError(folder) : new Error(`flock failed: ${stderr.trim()}`);
}
