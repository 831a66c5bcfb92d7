import type { ServerMetadata } from "openid-client";
import { UpstreamUnavailableError } from "../core/errors.js";
import { isSecureUrl } from "../core/secure-url.js";
import { fieldsOf, textOf, textOrNull, UnexpectedShape } from "./answer-shape.js";
import type { HttpJson } from "./http-json.js";
import { SharedRead } from "./shared-read.js";

const maxAgeMs = 60 * 60_000;
/** After a failure the next attempt is made this much later at the earliest. */
const retryMs = 5_000;

/** What a provider says of itself, with the addresses that we use. */
export type ProviderMetadata = ServerMetadata & { readonly jwks_uri: string };

/** A provider's "discovery document": read when it is first needed, and again each hour; an older one serves while it fails. */
export class ProviderDiscovery {
  readonly #document: SharedRead<ProviderMetadata>;

  constructor(
    issuer: string,
    http: HttpJson,
    private readonly now: () => Date,
  ) {
    const read = () => http.read({ path: "/.well-known/openid-configuration" }, (answer) => metadataOf(answer, issuer));
    this.#document = new SharedRead(read, { maxAgeMs: retryMs, now });
  }

  /** Throws UPSTREAM_UNAVAILABLE while the provider was never reached. */
  async metadata(): Promise<ProviderMetadata> {
    const known = this.#document.reading;
    const isYoung = known.readAt !== null && this.now().getTime() - known.readAt.getTime() < maxAgeMs;
    const { value, error } = isYoung ? known : await this.#document.latest();
    if (value === null) throw new UpstreamUnavailableError(error ?? "The provider is not known yet.");
    return value;
  }
}

function metadataOf(answer: unknown, issuer: string): ProviderMetadata {
  const fields = fieldsOf(answer, "the answer");
  // Else one provider could speak for another (OpenID Connect Discovery 1.0, section 4.3).
  if (textOf(fields.issuer, "issuer") !== issuer) throw new UnexpectedShape("issuer", "the one of the settings");
  for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"]) secureUrlOf(fields[name], name);
  for (const name of ["userinfo_endpoint", "end_session_endpoint"]) {
    if (textOrNull(fields[name], name) !== null) secureUrlOf(fields[name], name);
  }
  return { ...fields, issuer, jwks_uri: secureUrlOf(fields.jwks_uri, "jwks_uri") };
}

function secureUrlOf(value: unknown, name: string): string {
  const url = textOf(value, name);
  if (!isSecureUrl(url)) throw new UnexpectedShape(name, "an https URL");
  return url;
}
