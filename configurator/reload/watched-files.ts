import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ReleaseTree } from "../disk/release-tree.js";
import { readIfThere, replaceFile, syncFolder } from "../disk/write-file.js";
import type { Loader, StatusBefore } from "./loader.js";
import { ProcessAwayError } from "./reload-error.js";
import { reason } from "./run-reload.js";

/** Files that processes watch by themselves. */
export interface WatchedFilesOptions {
  readonly tree: ReleaseTree;
  readonly files: readonly string[];
  /** The base URL of each Thanos Query that reads them; with none nothing is verified. */
  readonly urls: readonly string[];
  /** The addresses that each is to list then. */
  readonly addresses: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it may take until all of them are listed. */
  readonly timeoutMs: number;
}

const pollMs = 100;
const answerTimeoutMs = 5_000;
const answer = z.object({ data: z.record(z.string(), z.array(z.object({ name: z.string() }))) });

/**
 * Puts an output's files where a Thanos Query watches them: not in a release, because who watches `current/x` would go on
 * watching the folder that `current` was. It is believed once `/api/v1/stores` lists every store.
 */
export class WatchedFiles implements Loader {
  readonly hasProcesses = false;

  readonly answersAtOnce = false;

  constructor(private readonly options: WatchedFilesOptions) {}

  isAway(): boolean {
    return false;
  }

  async status(): Promise<StatusBefore> {
    return new Map();
  }

  async reload(): Promise<void> {
    const { tree, files, urls } = this.options;
    for (const file of files) {
      const text = tree.inUse.read(file);
      const path = join(tree.folder, file);
      if (text !== undefined && readIfThere(path) !== text) replaceFile(path, text, `${path}.next`);
    }
    syncFolder(tree.folder);
    await Promise.all(urls.map((url) => this.#listsAll(url)));
  }

  async #listsAll(url: string): Promise<void> {
    const { addresses, timeoutMs } = this.options;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const listed = await this.#listedBy(url);
      const missing = addresses.filter((address) => !listed.has(address));
      if (missing.length === 0) return;
      if (performance.now() > deadline) {
        throw new ProcessAwayError(
          `${url} lists no store at ${missing.join(", ")}: none answers there, or it reads no such file`,
        );
      }
      await delay(pollMs);
    }
  }

  async #listedBy(url: string): Promise<ReadonlySet<string>> {
    const { headers } = this.options;
    try {
      const response = await fetch(`${url}/api/v1/stores`, { headers, signal: AbortSignal.timeout(answerTimeoutMs) });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      const { data } = answer.parse(await response.json());
      return new Set(Object.values(data).flatMap((stores) => stores.map(({ name }) => name)));
    } catch (cause) {
      throw new ProcessAwayError(`${url} does not tell its stores: ${reason(cause)}`, { cause });
    }
  }
}
