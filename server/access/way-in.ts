import type { Credentials } from "./credentials.js";
import type { Principal } from "./principal.js";

/** One way to prove who one is. */
export interface WayIn {
  /**
   * The principal that the credentials prove; "none" when they hold nothing for this way, so that the next is asked;
   * "refused" when they hold something that proves nothing: unknown, expired or revoked, which a caller cannot tell
   * apart, and no other way is tried. Throws UPSTREAM_UNAVAILABLE when it cannot be found out.
   */
  principalOf(credentials: Credentials): Promise<Principal | "none" | "refused">;
}
