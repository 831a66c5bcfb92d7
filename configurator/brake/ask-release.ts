import type { AgentStatus, Reporter } from "../daemon/reporter.js";
import { NameTakenError } from "../daemon/reporter.js";

/**
 * Tells the server of a deletion that is held back, and answers whether an operator has confirmed it. A server that cannot be
 * asked has confirmed nothing. Throws a NameTakenError.
 */
export async function askRelease(reporter: Reporter, status: AgentStatus, signal: AbortSignal): Promise<boolean> {
  try {
    return await reporter.report(status, signal);
  } catch (error) {
    if (error instanceof NameTakenError) throw error;
    return false;
  }
}
