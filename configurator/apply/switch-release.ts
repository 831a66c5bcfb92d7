import { type Output, OutputRefusedError } from "../outputs/output.js";
import type { StatusBefore } from "../reload/loader.js";
import { ProcessAwayError, ReloadRefusedError } from "../reload/reload-error.js";

/** What became of a switch: the release that the processes run, or why that is not known yet. */
export type SwitchResult = { readonly loaded: string } | { readonly pending: string };

/**
 * Has an output's processes load the release that is in use. When one refuses, the last release that they loaded is put in
 * use again and an OutputRefusedError is thrown. When one is away the release stays, since it passed its checks, and the
 * process will read it when it starts.
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
    throw new OutputRefusedError(output.name, `${error.message}${await rollBack(output, current, lastGood)}`);
  }
}

async function rollBack(output: Output, refused: string, lastGood: string | undefined): Promise<string> {
  if (lastGood === undefined || lastGood === refused || !output.tree.has(lastGood)) return "";
  const before = await output.reloader.status();
  output.tree.use(lastGood);
  try {
    await output.reloader.reload(before);
    return " (back on the release before it)";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return ` (the release before it is in place again, but could not be loaded: ${reason})`;
  }
}
