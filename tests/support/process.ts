import { type ProcessOptions, type RunningProcess, startProcess as start } from "../../demo/start-process.js";
import { atEnd } from "./at-end.js";

export {
  type ProcessExit,
  ProcessFailure,
  type ProcessOptions,
  type RunningProcess,
} from "../../demo/start-process.js";

/**
 * Starts a process and resolves once it is ready; it is stopped at the end of the test, or of the file, at the latest, and killed
 * with the worker should that die first.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const started = await start(options);
  atEnd(() => started.stop());
  return started;
}
