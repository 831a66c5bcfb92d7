import type { CommandResult } from "../check/run-command.js";
import { ProcessAwayError, ReloadRefusedError } from "./reload-error.js";

/** Runs the command that is to have processes read their config; throws a ReloadRefusedError when it fails. */
export async function runReload(run: () => Promise<CommandResult>): Promise<void> {
  const { ok, output } = await run().catch((cause: unknown) => {
    throw new ProcessAwayError(reason(cause), { cause });
  });
  if (!ok) throw new ReloadRefusedError(`the reload command failed: ${output.trim().slice(0, 2000)}`);
}

/** What an error says, or what led to it. */
export function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
