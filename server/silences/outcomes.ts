import type { Outcome } from "../graph/payload.js";
import type { UserError } from "../graph/user-error.js";
import type { Silence } from "./silence.js";

/** What comes of a write that is not done. */
export function refused(userErrors: readonly UserError[]): Outcome<Silence> {
  return { subject: null, diff: [], revision: null, userErrors };
}

/** What comes of a write that leaves the silence like this. */
export function written(silence: Silence): Outcome<Silence> {
  return { subject: silence, diff: [], revision: null, userErrors: [] };
}
