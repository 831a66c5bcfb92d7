import type { OidcProvider } from "../clients/oidc-provider.js";
import type { Credentials } from "./credentials.js";
import type { OidcPeople } from "./oidc-people.js";
import type { Principal } from "./principal.js";
import type { WayIn } from "./way-in.js";

/** Whose bearer tokens are taken, and how they become principals. */
export interface JwtTrust {
  readonly provider: OidcProvider;
  /** Whom a token must be meant for: its `aud`. */
  readonly audience: string;
  readonly people: OidcPeople;
}

const mostCharacters = 8_192;
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Bearer tokens that are no API tokens: JWTs of the OpenID Connect provider. Whatever else is sent as a bearer token is
 * refused here, so that no cookie or lesser way speaks for somebody whose token does not hold.
 */
export class JwtWay implements WayIn {
  constructor(private readonly trust: JwtTrust) {}

  async principalOf({ bearer }: Credentials): Promise<Principal | "none" | "refused"> {
    if (bearer === null) return "none";
    if (bearer.length > mostCharacters || !jwt.test(bearer)) return "refused";
    const { provider, audience, people } = this.trust;
    const claims = await provider.claimsOfBearer(bearer, audience);
    const person = claims && people.personIn(claims);
    return person ? people.principalOf(person) : "refused";
  }
}
