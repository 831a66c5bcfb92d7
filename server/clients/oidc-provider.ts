import { errors } from "jose";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  fetchUserInfo,
} from "openid-client";
import { UpstreamUnavailableError } from "../core/errors.js";
import { HttpJson, type HttpLimits } from "./http-json.js";
import { describeNetworkError } from "./network-error.js";
import { type Claims, ProviderKeys } from "./provider-keys.js";
import { ProviderDiscovery, type ProviderMetadata } from "./provider-metadata.js";
import { readBounded } from "./read-bounded.js";
import { refusalOf } from "./sign-in-refusal.js";
import type { Fetch } from "./upstream-fetch.js";

/** How we are known to a provider. */
export interface OidcClientSettings {
  /** The provider's URL, exactly as it names itself. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  /** How much its clock and ours may differ. */
  readonly clockToleranceSeconds: number;
}

/** What is made up for one sign-in, and must come back with it. */
export interface SignInChecks {
  readonly state: string;
  readonly nonce: string;
  /** The secret that redeems the code (PKCE, RFC 7636). */
  readonly verifier: string;
}

/** An ID token is redeemed at once; one that is older, or not made yet by our clock, is not taken. */
const idTokenMaxAgeSeconds = 600;
/** Types of JWTs that are meant as access tokens or say nothing (RFC 9068 and practice); others mean something else. */
const accessTokenTypes: readonly (string | null)[] = [null, "jwt", "at+jwt", "application/at+jwt"];

/**
 * An OpenID Connect provider: sign-in by authorization code with PKCE, and bearer JWTs. Nothing is asked of it before it is
 * needed. Every failure to reach it is UPSTREAM_UNAVAILABLE.
 */
export class OidcProvider {
  readonly #http: (url: string) => HttpJson;
  readonly #fetch: Fetch;
  readonly #discovery: ProviderDiscovery;
  readonly #keys: ProviderKeys;

  constructor(
    private readonly settings: OidcClientSettings,
    fetch: Fetch,
    private readonly limits: HttpLimits,
    now: () => Date,
  ) {
    const { host: name } = new URL(settings.issuer);
    this.#http = (url) => new HttpJson("The sign-in provider", { name, url }, fetch, limits);
    this.#discovery = new ProviderDiscovery(settings.issuer, this.#http(settings.issuer), now);
    this.#keys = new ProviderKeys(async (parse) => {
      const { jwks_uri } = await this.#discovery.metadata();
      return this.#http(jwks_uri).read({ path: "" }, parse);
    }, now);
    this.#fetch = this.#bounded(fetch);
  }

  /** Where a browser goes to sign in; it comes back to `redirectUri`. */
  async authorizationUrl(redirectUri: string, { state, nonce, verifier }: SignInChecks): Promise<URL> {
    return buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: redirectUri,
      scope: this.settings.scopes.join(" "),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
  }

  /** Redeems what a browser came back with at `callback` for what the provider says of the person; throws SignInRefusal. */
  async redeem(callback: URL, { state, nonce, verifier }: SignInChecks): Promise<Claims> {
    const configuration = await this.#configuration();
    const { issuer, clientId, clockToleranceSeconds } = this.settings;
    try {
      const tokens = await authorizationCodeGrant(configuration, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      // The library trusts the connection instead of the signature.
      const { claims } = await this.#keys.verify(tokens.id_token ?? "", {
        issuer,
        audience: clientId,
        clockTolerance: clockToleranceSeconds,
        maxTokenAge: idTokenMaxAgeSeconds,
        requiredClaims: ["exp", "sub"],
      });
      if (configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
      const more = await fetchUserInfo(configuration, tokens.access_token, String(claims.sub));
      return { ...more, ...claims };
    } catch (error) {
      throw refusalOf(error, this.#http(issuer).who);
    }
  }

  /** What a bearer JWT for `audience` says; null when it does not hold, or is bound to a key that is not shown here. */
  async claimsOfBearer(token: string, audience: string): Promise<Claims | null> {
    const { issuer, clockToleranceSeconds } = this.settings;
    try {
      const { claims, type } = await this.#keys.verify(token, {
        issuer,
        audience,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ["exp", "sub"],
      });
      return accessTokenTypes.includes(type) && claims.cnf === undefined ? claims : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  /** Where a browser goes to sign out at the provider too, and then to `returnTo`; null when the provider has no such place. */
  async endSessionUrl(returnTo: string): Promise<URL | null> {
    const configuration = await this.#configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
    return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo });
  }

  async #configuration(): Promise<Configuration> {
    const metadata = await this.#discovery.metadata();
    const { clientId, clientSecret, clockToleranceSeconds, issuer } = this.settings;
    const configuration = new Configuration(
      metadata,
      clientId,
      { [clockTolerance]: clockToleranceSeconds },
      authenticationFor(metadata)(clientSecret),
    );
    configuration[customFetch] = (url, init) => this.#fetch(new URL(url), init as RequestInit);
    configuration.timeout = this.limits.timeoutMs / 1_000;
    if (new URL(issuer).protocol === "http:") allowInsecureRequests(configuration);
    return configuration;
  }

  /** The same, for answers of bounded size, with failures that name no address. */
  #bounded(fetch: Fetch): Fetch {
    const { who } = this.#http(this.settings.issuer);
    return async (url, init) => {
      try {
        const response = await fetch(url, init);
        const body = await readBounded(response, this.limits.maxBytes);
        if (body === null) throw new UpstreamUnavailableError(`${who} answered with too many bytes.`);
        const { status, headers } = response;
        return new Response(body.byteLength === 0 ? null : body, { status, headers });
      } catch (error) {
        if (error instanceof UpstreamUnavailableError) throw error;
        const isLate = error instanceof Error && error.name === "TimeoutError";
        const what = isLate ? "did not answer in time" : describeNetworkError(error);
        throw new UpstreamUnavailableError(`${who} ${what}.`, { cause: error });
      }
    };
  }
}

/** How we show our secret; providers that do not say what they take, take this first (OpenID Connect Discovery 1.0). */
function authenticationFor({ token_endpoint_auth_methods_supported: methods }: ProviderMetadata) {
  return methods === undefined || methods.includes("client_secret_basic") ? ClientSecretBasic : ClientSecretPost;
}
