import { alertIdOf } from "../../alerts/alert.js";
import type { Act, Description } from "../../audit/change.js";
import type { Acknowledgement } from "./acknowledgement.js";

/** How an acknowledgement shows in the change log. */
export function describeAcknowledgement(acknowledgement: Acknowledgement): Description {
  const { fingerprint, labels, startsAt, owner, handedOverBy, note, quiet, expiresAt, endedAt, endReason } =
    acknowledgement;
  const alert = { alert: alertIdOf(fingerprint), labels, startsAt };
  return { ...alert, owner, handedOverBy, note, quiet, expiresAt, endedAt, endReason };
}

/** What a write did; `before` is null for a new one. */
export function actOf(before: Acknowledgement | null, after: Acknowledgement): Act {
  return {
    action: before === null ? "CREATE" : "UPDATE",
    entityType: "Acknowledgement",
    entityId: after.id,
    projectId: after.projectId,
    before: before && describeAcknowledgement(before),
    after: describeAcknowledgement(after),
  };
}
