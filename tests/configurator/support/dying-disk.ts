import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { openSync, closeSync, writeSync, fsyncSync, renameSync, linkSync, symlinkSync, mkdirSync, rmSync } = fs;

/** The program was killed: nothing that it does from then on reaches the disk. */
export class KilledError extends Error {
  override readonly name = "KilledError";
}

/**
 * Runs `work`, of whose steps on the disk below a folder only so many are made, as if it were killed before the next one; of
 * a text that is being written then, half is there. Resolves to the number of steps made, and whether it was killed.
 */
export async function withSteps(
  folder: string,
  steps: number,
  work: () => Promise<unknown>,
): Promise<{ readonly made: number; readonly isKilled: boolean }> {
  const files = new Set<number>();
  let made = 0;
  let isKilled = false;
  const step = () => {
    isKilled ||= made === steps;
    if (isKilled) throw new KilledError("killed");
    made++;
  };
  /** What makes nothing that anybody reads, as a new name in a folder that is being built, counts as part of the next step. */
  const part = () => {
    if (isKilled) throw new KilledError("killed");
  };
  const isOurs = (path: fs.PathLike) => String(path).startsWith(folder);
  const changed = {
    openSync: (path: fs.PathLike, flags: fs.OpenMode = "r", mode?: fs.Mode | null) => {
      if (isOurs(path) && flags !== "r") part();
      const file = openSync(path, flags, mode);
      if (isOurs(path)) files.add(file);
      return file;
    },
    closeSync: (file: number) => {
      files.delete(file);
      closeSync(file);
    },
    writeSync: (file: number, bytes: Uint8Array, offset = 0) => {
      if (files.has(file) && made === steps && !isKilled) {
        writeSync(file, bytes, offset, Math.floor((bytes.length - offset) / 2));
      }
      if (files.has(file)) step();
      return writeSync(file, bytes, offset);
    },
    fsyncSync: (file: number) => {
      if (files.has(file)) part();
      fsyncSync(file);
    },
    renameSync: (from: fs.PathLike, to: fs.PathLike) => {
      if (isOurs(to)) step();
      renameSync(from, to);
    },
    linkSync: (from: fs.PathLike, to: fs.PathLike) => {
      if (isOurs(to)) part();
      linkSync(from, to);
    },
    symlinkSync: (target: fs.PathLike, path: fs.PathLike) => {
      if (isOurs(path)) step();
      symlinkSync(target, path);
    },
    mkdirSync: (path: fs.PathLike, options?: fs.MakeDirectoryOptions) => {
      if (isOurs(path)) part();
      return mkdirSync(path, options);
    },
    rmSync: (path: fs.PathLike, options?: fs.RmOptions) => {
      if (isOurs(path)) step();
      rmSync(path, options);
    },
  };
  Object.assign(fs, changed);
  syncBuiltinESMExports();
  try {
    await work().catch((error: unknown) => {
      if (!isKilled) throw error;
    });
  } finally {
    Object.assign(fs, {
      openSync,
      closeSync,
      writeSync,
      fsyncSync,
      renameSync,
      linkSync,
      symlinkSync,
      mkdirSync,
      rmSync,
    });
    syncBuiltinESMExports();
  }
  return { made, isKilled };
}
