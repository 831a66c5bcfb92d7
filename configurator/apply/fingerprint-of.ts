import { createHash } from "node:crypto";
import type { Egress } from "../egress/egress.js";
import type { Outputs } from "../outputs/make-outputs.js";
import type { LimitTiers } from "../render/limit-tier.js";

/** Changes whenever the same projects would be rendered into other files. */
export function fingerprintOf(made: Outputs, egress: Egress): string {
  return `${made.fingerprint} ${egress.fingerprint}`;
}

/**
 * Names what of the server's settings files are rendered by, the same at all agents of one version: another means that
 * they would be rendered into others without any new revision.
 */
export function renderingOf(tiers: LimitTiers, { policyFingerprint }: Pick<Egress, "policyFingerprint">): string {
  return createHash("sha256")
    .update(JSON.stringify([tiers, policyFingerprint]))
    .digest("hex");
}
