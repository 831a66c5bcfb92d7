import { isDeepStrictEqual } from "node:util";
import type { Credentials } from "./credentials.js";
import type { Principal } from "./principal.js";
import type { WayIn } from "./way-in.js";

/** Turns what a request brings into a principal: the ways in, in the order in which they are asked. */
export class Authentication {
  constructor(private readonly ways: readonly WayIn[]) {}

  /** Who the credentials are of; null when they prove nothing. */
  async principalOf(credentials: Credentials): Promise<Principal | null> {
    for (const way of this.ways) {
      const answer = await way.principalOf(credentials);
      if (answer === "refused") return null;
      if (answer !== "none") return answer;
    }
    return null;
  }

  /** Whether the credentials still prove this principal, with these roles; what an open stream asks again and again. */
  async stillProves(credentials: Credentials, principal: Principal): Promise<boolean> {
    return isDeepStrictEqual(await this.principalOf(credentials), principal);
  }
}
