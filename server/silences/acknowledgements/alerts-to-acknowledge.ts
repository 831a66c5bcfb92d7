import type { Caller } from "../../access/caller.js";
import { type Alert, alertIdOf, fingerprintIn } from "../../alerts/alert.js";
import type { AlertService } from "../../alerts/alert-service.js";
import type { LiveAlerts } from "../../alerts/live-alerts.js";
import { BadUserInputError, UpstreamUnavailableError } from "../../core/errors.js";
import { requireId } from "../../core/ids.js";
import type { UserError } from "../../graph/user-error.js";
import { mayWrite } from "./acknowledgement-rights.js";

const mostIds = 100;

/** An alert that the caller may acknowledge. */
export interface AlertToAcknowledge {
  readonly alert: Alert;
  /** Null when it belongs to no project that there is. */
  readonly projectId: string | null;
  /** Its place in the input. */
  readonly path: readonly string[];
}

/** Finds the alerts that a caller names, as far as it may acknowledge them. */
export class AlertsToAcknowledge {
  constructor(
    private readonly live: LiveAlerts,
    private readonly alerts: AlertService,
  ) {}

  /** Each alert with these fingerprints, or what speaks against it. */
  async find(caller: Caller, fingerprints: readonly string[]): Promise<readonly (AlertToAcknowledge | UserError)[]> {
    if (!(await this.live.snapshot())?.knows.alerts) {
      throw new UpstreamUnavailableError("No Alertmanager has answered yet. Try again in a moment.");
    }
    return Promise.all(
      fingerprints.map((fingerprint, index) =>
        this.#find(caller, alertIdOf(fingerprint), ["input", "alerts", String(index)]),
      ),
    );
  }

  async #find(caller: Caller, id: string, path: readonly string[]): Promise<AlertToAcknowledge | UserError> {
    const alert = await this.alerts.find(caller, id);
    if (alert === null) return { code: "NOT_FOUND", message: "Alert not found.", path };
    const projectId = (await this.alerts.projectOf(caller, alert))?.id ?? null;
    if (mayWrite(caller, projectId)) return { alert, projectId, path };
    const message = `The alert is not for ${caller.principal.name} to acknowledge.`;
    return { code: "FORBIDDEN", message, path };
  }
}

/** The fingerprints in the ids of 1 to 100 alerts; throws BAD_USER_INPUT for any other. */
export function fingerprintsIn(ids: readonly string[]): readonly string[] {
  const path = ["input", "alerts"];
  requireNumber(ids, path);
  return ids.map((id, index) => {
    const fingerprint = fingerprintIn(id);
    if (fingerprint !== null) return fingerprint;
    const at = [...path, String(index)];
    throw new BadUserInputError(`"${at.join(".")}" must be an id that starts with "alr_".`, at);
  });
}

/** Throws BAD_USER_INPUT unless these are the ids of 1 to 100 acknowledgements. */
export function requireAcknowledgementIds(ids: readonly string[]): void {
  const path = ["input", "acknowledgements"];
  requireNumber(ids, path);
  for (const [index, id] of ids.entries()) requireId("ack", id, [...path, String(index)]);
}

function requireNumber(ids: readonly string[], path: readonly string[]): void {
  if (ids.length >= 1 && ids.length <= mostIds) return;
  throw new BadUserInputError(`"${path.join(".")}" must name 1 to ${mostIds}.`, path);
}
