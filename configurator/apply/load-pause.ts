import { createHash } from "node:crypto";
import type { FailedLoad } from "../disk/agent-state.js";
import type { ReleaseView } from "../disk/release-view.js";
import type { Output } from "../outputs/output.js";

/** A load that is tried. */
interface Attempt {
  readonly output: Output;
  /** Of the file that is to be read. */
  readonly fingerprint: string;
}

/**
 * Keeps processes that read their file at their start alone from being started again and again with the same file, which they
 * did not start with: that takes them away from everybody each time. It outlives the agent, since it is in its state.
 */
export class LoadPause {
  readonly #failed: Record<string, FailedLoad>;

  constructor(
    before: Readonly<Record<string, FailedLoad>>,
    private readonly now: () => Date,
  ) {
    this.#failed = { ...before };
  }

  /** What failed and is still to be remembered, by output. */
  get failed(): Readonly<Record<string, FailedLoad>> {
    return { ...this.#failed };
  }

  /** The failure of the same file that is too young for another try; `view` is the release that is to be loaded. */
  of(output: Output, view: ReleaseView): FailedLoad | undefined {
    const failed = this.#failed[output.name];
    if (failed === undefined || output.restart === undefined) return undefined;
    const age = this.now().getTime() - new Date(failed.at).getTime();
    // A clock that was set back does not make it last.
    const isOver = age < 0 || age >= output.restart.retryMs;
    return !isOver && failed.fingerprint === fingerprintOf(output, view) ? failed : undefined;
  }

  /** Called before the release in use is loaded, with which file it is tried. */
  begin(output: Output): Attempt {
    return { output, fingerprint: fingerprintOf(output, output.tree.inUse) };
  }

  /** Remembers that it failed. */
  failedNow({ output, fingerprint }: Attempt, { refused, message }: Pick<FailedLoad, "refused" | "message">): void {
    if (output.restart === undefined) return;
    this.#failed[output.name] = { fingerprint, at: this.now().toISOString(), refused, message };
  }

  /** Forgets what failed before. */
  succeeded({ output }: Attempt): void {
    delete this.#failed[output.name];
  }
}

/** How the failure is told while it is not tried again. */
export function pausedMessage({ message }: FailedLoad, { name, restart }: Output): string {
  const minutes = (restart?.retryMs ?? 0) / 60_000;
  return `${name}: ${message} (tried again when the file changes, else after ${minutes} minutes)`;
}

function fingerprintOf({ restart }: Output, view: ReleaseView): string {
  const text = restart === undefined ? "" : (view.read(restart.file) ?? "");
  return createHash("sha256").update(text).digest("hex");
}
