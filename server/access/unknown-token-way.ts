import type { Credentials } from "./credentials.js";
import type { WayIn } from "./way-in.js";

/** What proxies in front ask browsers for, and often pass on: no business of ours. */
const ofProxies = /^(basic|digest|negotiate|ntlm) /i;

/**
 * Refuses tokens that no way before this one knew: who brings one is judged by it, and neither by what a proxy says nor as
 * a stranger.
 */
export class UnknownTokenWay implements WayIn {
  async principalOf({ header }: Credentials): Promise<"none" | "refused"> {
    const tokens = [...header("authorization").filter((value) => !ofProxies.test(value)), ...header("x-auth-token")];
    return tokens.length === 0 ? "none" : "refused";
  }
}
