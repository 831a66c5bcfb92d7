import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileMode, folderMode, isMissing } from "./write-file.js";

/** What the agent has in its directory; what else is there is not its own to change. */
const ours = ["prometheus", "blackbox", "alertmanager", "state.json", "egress.json", "naming-key"];

/** Takes from all others what an earlier version let them read. A folder that is closed to them is not looked into. */
export function narrowModes(directory: string): void {
  for (const name of ours) narrow(join(directory, name));
}

function narrow(path: string): void {
  const stats = lstatIfThere(path);
  if (stats === undefined || stats.isSymbolicLink() || (stats.mode & 0o077) === 0) return;
  // The folder last, so that a start that breaks off leaves it to be seen.
  if (stats.isDirectory()) for (const name of readdirSync(path)) narrow(join(path, name));
  chmodSync(path, stats.isDirectory() ? folderMode : fileMode);
}

function lstatIfThere(path: string) {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
