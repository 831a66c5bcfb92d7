import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMPILERS, installDebianPackages, missingPackages } from "./debian-packages.mjs";
import { Interruption, SetUpFailure, step } from "./progress.mjs";
import { ROOT, runCommand } from "./run-command.mjs";

/** Runs `npm ci` when node_modules is missing or holds something else than the lock file says. */
export async function installNpmPackages() {
  if (matchesLockFile()) return;
  try {
    await step("npm packages", npmCi);
  } catch (error) {
    // Where there is no ready-made SQLite module for this machine, npm compiles one.
    if (error instanceof Interruption || missingPackages(COMPILERS).length === 0) throw error;
    await installDebianPackages(COMPILERS);
    if (missingPackages(COMPILERS).length > 0) throw error;
    await step("npm packages, again", npmCi);
  }
  if (!matchesLockFile())
    throw new SetUpFailure("npm ci ended well, but node_modules is not what package-lock.json says");
}

async function npmCi() {
  await runCommand("npm", ["ci", "--no-audit", "--no-fund"]);
}

/** npm notes in a hidden lock file what node_modules holds; optional packages for other platforms are not in it. */
function matchesLockFile() {
  const wanted = readPackages("package-lock.json");
  const present = readPackages("node_modules/.package-lock.json");
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    return present[path] === undefined ? optional === true : present[path].version === version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}
