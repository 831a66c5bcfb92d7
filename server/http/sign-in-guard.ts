import { createHash } from "node:crypto";
import type { Authentication } from "../access/authentication.js";
import type { Credentials } from "../access/credentials.js";
import type { Principal } from "../access/principal.js";
import { isSecret } from "../access/secret.js";
import { RateLimitedError } from "../core/errors.js";
import type { Rate } from "./rate-limits.js";
import { RateWindow } from "./rate-window.js";
import { sourceKeyOf } from "./source-key.js";

/** How many credentials are remembered as good: some 100 bytes each. */
const mostKnown = 10_000;

/**
 * Authentication that refuses a source of many wrong credentials before they are looked up. Who shares an address with
 * somebody who guesses is not locked out: credentials that were good here before are looked up all the same, so that only
 * those never seen have to wait until the minute is over.
 */
export class SignInGuard {
  readonly #failures: RateWindow;
  /** The hashes of credentials that were good, the last used at the end. */
  readonly #known = new Set<string>();

  constructor(
    private readonly authentication: Authentication,
    failuresPerMinute: number,
    private readonly onRefusal: (rate: Rate) => void,
  ) {
    this.#failures = new RateWindow(failuresPerMinute);
  }

  /** Who the credentials are of; null when they prove nothing. Throws RATE_LIMITED when that is not looked at. */
  async principalOf(credentials: Credentials, address: string | null): Promise<Principal | null> {
    const proof = proofOf(credentials);
    if (proof === null) return this.authentication.principalOf(credentials);
    const source = sourceKeyOf(address);
    if (!this.#known.has(proof)) await this.#admit(source);
    const principal = await this.authentication.principalOf(credentials);
    this.#known.delete(proof);
    if (principal === null) await this.#failures.take(source);
    else if (principal.kind !== "ANONYMOUS") this.#remember(proof);
    return principal;
  }

  async #admit(source: string): Promise<void> {
    // Nothing is taken yet: those under way at the same moment may be good, and many.
    const { granted, endsInSeconds } = await this.#failures.look(source);
    if (granted) return;
    this.onRefusal("failed_sign_ins");
    const message = `Too many wrong credentials came from this address. Wait ${endsInSeconds} s.`;
    throw new RateLimitedError(message, endsInSeconds, { limit: this.#failures.limit });
  }

  #remember(proof: string): void {
    this.#known.add(proof);
    if (this.#known.size <= mostKnown) return;
    const [oldest = ""] = this.#known;
    this.#known.delete(oldest);
  }
}

/** A hash of what can be guessed and decides; null when there is nothing. What is sent beside it makes it no other. */
function proofOf({ bearer, keystoneToken, session }: Credentials): string | null {
  const isOurs = bearer !== null && isSecret(bearer);
  const tokens = isOurs ? [bearer] : [bearer, keystoneToken];
  const deciding = tokens.some((token) => token !== null) ? tokens : [null, null, session];
  if (deciding.every((part) => part === null)) return null;
  return createHash("sha256").update(JSON.stringify(deciding)).digest("base64");
}
