import type { OutputName } from "../render/render-project.js";
import type { Run } from "./run.js";

/** How long what did not mend something is not tried again. */
const againMs = 600_000;

/** What is to be done about a process that runs something else. */
export interface Mend {
  readonly name: OutputName;
  /** Whether files are missing, so that everything must be fetched and written again before it is loaded. */
  readonly isDamaged: boolean;
}

/** Remembers what was done about which process: one reload for one cause, not again and again. */
export class Mending {
  readonly #triedAt = new Map<string, number>();

  constructor(private readonly now: () => Date) {}

  /** Whether this process's state is a reason to do something now; it is taken as done. */
  isDue(release: string, { output, server, detail }: Run): boolean {
    const now = this.now().getTime();
    for (const [cause, at] of this.#triedAt) if (now - at >= againMs) this.#triedAt.delete(cause);
    const cause = JSON.stringify([output, server, release, detail]);
    if (this.#triedAt.has(cause)) return false;
    this.#triedAt.set(cause, now);
    return true;
  }
}
