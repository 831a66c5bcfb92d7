import { execFile } from "node:child_process";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { atEnd } from "./at-end.js";

const run = promisify(execFile);

/** Whether this process may mount a disk: on machines where it may not, what a real disk does cannot be shown. */
export const canMount = await run("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).then(
  () => true,
  () => false,
);

/** A disk of its own below a folder; it is taken away with the test. */
export class OwnDisk {
  private constructor(private readonly folder: string) {}

  /** Mounts an empty one of so many bytes at the folder, which is made where it is missing. */
  static async at(folder: string, bytes: number): Promise<OwnDisk> {
    await mkdir(folder, { recursive: true });
    await run("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=700`, "tmpfs", folder]);
    atEnd(() => run("umount", ["--lazy", folder]));
    return new OwnDisk(folder);
  }

  /** Takes all room but so many bytes, in whole pages. */
  async fill(left: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    await writeFile(join(this.folder, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - left)));
  }

  /** Gives back the room that `fill` took. */
  async empty(): Promise<void> {
    await rm(join(this.folder, "filler"));
  }

  /** Refuses all writing from now on, or takes it again. */
  async setReadOnly(isReadOnly: boolean): Promise<void> {
    await run("mount", ["-o", `remount,${isReadOnly ? "ro" : "rw"}`, this.folder]);
  }
}
