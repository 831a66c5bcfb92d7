import type { Output } from "../outputs/output.js";
import type { StatusBefore } from "../reload/loader.js";
import { ProcessAwayError, ReloadRefusedError } from "../reload/reload-error.js";

/** What became of a switch. */
export type SwitchResult =
  /** The release that the processes run. */
  | { readonly loaded: string }
  /** Why that is not known yet: a process is away, which reads the release when it starts. */
  | { readonly pending: string }
  /**
   * What the process said; `isBack` when the last release that they loaded is in use and loaded again, or there is none;
   * `isWorse` when that was refused too.
   */
  | { readonly refused: string; readonly isBack: boolean; readonly isWorse?: boolean };

/**
 * Has an output's processes load the release that is in use. When one refuses, the last release that they loaded is put in
 * use again. When one is away the release stays, since it passed its checks.
 */
export async function loadRelease(
  output: Output,
  before: StatusBefore,
  lastGood: string | undefined,
): Promise<SwitchResult> {
  const current = output.tree.current();
  if (current === undefined) throw new Error(`${output.name} has no release to load`);
  try {
    await output.reloader.reload(before);
    return { loaded: current };
  } catch (error) {
    if (error instanceof ProcessAwayError) return { pending: error.message };
    if (!(error instanceof ReloadRefusedError)) throw error;
    const { said, ...outcome } = await rollBack(output, current, lastGood);
    return { refused: `${error.message}${said}`, ...outcome };
  }
}

async function rollBack(
  output: Output,
  refused: string,
  lastGood: string | undefined,
): Promise<{ readonly said: string; readonly isBack: boolean; readonly isWorse?: boolean }> {
  if (lastGood === refused) return { said: "", isBack: false };
  if (lastGood === undefined || !output.tree.has(lastGood)) return { said: "", isBack: true };
  const before = await output.reloader.status();
  output.tree.use(lastGood);
  try {
    await output.reloader.reload(before);
    return { said: " (back on the release before it)", isBack: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const said = ` (the release before it is in place again, but could not be loaded: ${reason})`;
    return { said, isBack: false, isWorse: error instanceof ReloadRefusedError };
  }
}
