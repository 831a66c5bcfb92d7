import { errors } from "jose";
import { AuthorizationResponseError, ResponseBodyError } from "openid-client";
import { AppError, UpstreamUnavailableError } from "../core/errors.js";
import type { Claims } from "./provider-keys.js";

/**
 * Why a sign-in came to nothing: the person may not or would not (DENIED), the code is used up or too old (SPENT), what the
 * provider says does not hold (UNTRUSTED), or the two are not set up for each other (MISCONFIGURED).
 */
export type RefusalKind = "DENIED" | "SPENT" | "UNTRUSTED" | "MISCONFIGURED";

/** A sign-in that came to nothing. Its message is for the log: it names what failed, and never a value, code or token. */
export class SignInRefusal extends Error {
  override readonly name = "SignInRefusal";

  constructor(
    readonly kind: RefusalKind,
    message: string,
    /** What the provider said of the person, though it does not hold; null when it said nothing. */
    readonly claims: Claims | null = null,
  ) {
    super(message);
  }
}

/** Turns what the libraries throw into a SignInRefusal, or UPSTREAM_UNAVAILABLE when it is for the provider to mend. */
export function refusalOf(error: unknown, who: string): Error {
  const chain = chainOf(error);
  const known = chain.find((cause) => cause instanceof AppError);
  if (known instanceof AppError) return known;
  for (const cause of chain) {
    if (cause instanceof AuthorizationResponseError) return answered(cause.error, who);
    if (cause instanceof ResponseBodyError) return answered(cause.error, who);
  }
  if (codeIn(chain, "OAUTH_RESPONSE_IS_NOT_CONFORM") || codeIn(chain, "OAUTH_RESPONSE_IS_NOT_JSON")) {
    return new UpstreamUnavailableError(`${who} answered something unexpected.`);
  }
  // The libraries' own errors have codes and fixed texts; what lies below, such as a SyntaxError, quotes what was sent.
  const reason = chain.findLast((cause) => cause instanceof Error && "code" in cause && typeof cause.code === "string");
  return new SignInRefusal("UNTRUSTED", reason instanceof Error ? reason.message : "unknown", claimsIn(chain));
}

/** What an error code of OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2) or OpenID Connect means for the person. */
function answered(code: string, who: string): Error {
  const reason = /^[a-z_]{1,50}$/.test(code) ? code : "an unknown error";
  if (code === "temporarily_unavailable" || code === "server_error")
    return new UpstreamUnavailableError(`${who} answered ${reason}.`);
  if (code === "invalid_grant") return new SignInRefusal("SPENT", reason);
  if (/^(access_denied|(login|interaction|consent|account_selection)_required)$/.test(code))
    return new SignInRefusal("DENIED", reason);
  return new SignInRefusal("MISCONFIGURED", reason);
}

function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let cause = error; cause !== undefined && chain.length < 10; ) {
    chain.push(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return chain;
}

function codeIn(chain: readonly unknown[], code: string): boolean {
  return chain.some((cause) => Object(cause).code === code);
}

/** The libraries leave the claims that do not hold with the error. */
function claimsIn(chain: readonly unknown[]): Claims | null {
  for (const cause of chain) {
    if (cause instanceof errors.JWTClaimValidationFailed || cause instanceof errors.JWTExpired) return cause.payload;
    const claims: unknown = Object(cause).claims;
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) return claims as Claims;
  }
  return null;
}
