import type { Egress } from "../egress/egress.js";
import type { Outputs } from "../outputs/make-outputs.js";

/** Changes whenever the same projects would be rendered into other files. */
export function fingerprintOf(made: Outputs, egress: Egress): string {
  return `${made.fingerprint} ${egress.fingerprint}`;
}
