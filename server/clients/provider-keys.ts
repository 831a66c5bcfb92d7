import { createLocalJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";
import { UpstreamUnavailableError } from "../core/errors.js";
import { fieldsOf, listOf, UnexpectedShape } from "./answer-shape.js";
import { SharedRead } from "./shared-read.js";

/** What a signed token says. */
export type Claims = Readonly<Record<string, unknown>>;

/** A token that holds, and the header that it came with. */
export interface VerifiedToken {
  readonly claims: Claims;
  /** Its type, in lower case; null when it does not say. */
  readonly type: string | null;
}

/** Keys that anybody may have, such as a shared secret, sign nothing here. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** Keys that are older are read again, so that one which the provider took back stops to count. */
const maxAgeMs = 10 * 60_000;
/** A token with an unknown key makes the keys be read again, at most this often: strangers can make up such tokens. */
const cooldownMs = 10_000;

/** The keys with which a provider signs; read when they are needed. While the provider is away, those known last count. */
export class ProviderKeys {
  readonly #keys: SharedRead<JWTVerifyGetKey>;

  /** `read` fetches the keys and has them parsed. */
  constructor(
    read: (parse: (answer: unknown) => JWTVerifyGetKey) => Promise<JWTVerifyGetKey>,
    private readonly now: () => Date,
  ) {
    this.#keys = new SharedRead(() => read(keysOf), { maxAgeMs: cooldownMs, now });
  }

  /** Checks signature and claims; throws a JOSEError when they do not hold, UPSTREAM_UNAVAILABLE when there are no keys. */
  async verify(token: string, options: JWTVerifyOptions): Promise<VerifiedToken> {
    const known = this.#keys.reading;
    if (known.value !== null && known.readAt !== null && this.now().getTime() - known.readAt.getTime() < maxAgeMs) {
      try {
        return await this.#verifyWith(known.value, token, options);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      }
    }
    const { value, error } = await this.#keys.latest();
    if (value === null) throw new UpstreamUnavailableError(error ?? "The provider's keys are not known.");
    return this.#verifyWith(value, token, options);
  }

  async #verifyWith(keys: JWTVerifyGetKey, token: string, options: JWTVerifyOptions): Promise<VerifiedToken> {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      ...options,
      algorithms,
      currentDate: this.now(),
    });
    return { claims: payload, type: protectedHeader.typ?.toLowerCase() ?? null };
  }
}

function keysOf(answer: unknown): JWTVerifyGetKey {
  const keys = listOf(fieldsOf(answer, "the answer").keys, "keys", fieldsOf);
  try {
    return createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) });
  } catch {
    throw new UnexpectedShape("keys", "a list of keys");
  }
}
