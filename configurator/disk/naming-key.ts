import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readIfThere, replaceFile, syncFolder } from "./write-file.js";

/** The key that secrets are named with. It belongs to the folder; with another one all of them get other names. */
export class NamingKeyFile {
  readonly #path: string;

  constructor(private readonly folder: string) {
    this.#path = join(folder, "naming-key");
  }

  /** The key on the disk, or a new one, which is gone unless it is kept. */
  read(): string {
    return this.#stored() ?? newKey();
  }

  /** The key on the disk, which is there from now on. */
  keep(): string {
    const stored = this.#stored();
    if (stored !== undefined) return stored;
    const key = newKey();
    replaceFile(this.#path, `${key}\n`, `${this.#path}.next`);
    syncFolder(this.folder);
    return key;
  }

  #stored(): string | undefined {
    const key = readIfThere(this.#path)?.trim();
    return key !== undefined && /^[0-9a-f]{64}$/.test(key) ? key : undefined;
  }
}

function newKey(): string {
  return randomBytes(32).toString("hex");
}
