import type { Client } from "@metricsinfra/sdk";
import type { NextStep } from "../apply/apply-config.js";
import type { Settings } from "../settings/settings.js";

/** Another agent goes first, and is not there yet; what runs here stays. */
export class WaitsForTurnError extends Error {
  override readonly name = "WaitsForTurnError";

  constructor(
    /** The name of the agent that goes first. */
    readonly waitsFor: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** Asks the server whether this agent may apply a revision, or another goes first. */
export class Turns {
  constructor(
    private readonly agents: Pick<Client["agents"], "takeTurn">,
    private readonly settings: Pick<Settings, "name" | "server">,
  ) {}

  /** Resolves when it may; throws a WaitsForTurnError when it may not within the time. */
  async take(step: NextStep, instanceId: string, waitSeconds: number, signal?: AbortSignal): Promise<void> {
    // The server must answer before this agent gives up.
    const longest = Math.min(25, Math.floor(this.settings.server.timeoutSeconds / 2));
    const { mayGo, waitsFor, reason, userErrors } = await this.agents.takeTurn(
      { name: this.settings.name, instanceId, ...step, waitSeconds: Math.min(waitSeconds, longest) },
      { throwOnUserErrors: false, signal },
    );
    if (mayGo) return;
    const [mistake] = userErrors;
    if (mistake !== undefined) throw new Error(`the server gives this agent no turn: ${mistake.message}`);
    throw new WaitsForTurnError(waitsFor?.name ?? "", reason ?? "another agent goes first");
  }
}
