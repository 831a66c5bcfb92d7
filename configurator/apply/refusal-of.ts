import { CommandFailure } from "../check/run-command.js";
import { type Output, OutputRefusedError } from "../outputs/output.js";
import { BaseFileError } from "../render/base-file.js";
import type { Problem } from "../render/problem.js";

/**
 * What an error of one output's is to be told as, or undefined for a fault of this program. A check that cannot be run, a
 * base file or a folder that cannot be read stop that output alone: it keeps what it runs, and the others go on.
 */
export function refusalOf(error: unknown, { name }: Pick<Output, "name">): Problem | undefined {
  if (error instanceof BaseFileError) return { message: error.message };
  return error instanceof OutputRefusedError || isMachineFault(error)
    ? { message: `${name}: ${error.message}` }
    : undefined;
}

/** Whether a tool could not be run or a call of the operating system failed: for a folder that cannot be read, a full disk. */
export function isMachineFault(error: unknown): error is Error {
  return error instanceof CommandFailure || (error instanceof Error && "syscall" in error && "code" in error);
}
