import type { ApiTokenRepository } from "./api-token-repository.js";
import type { Principal } from "./principal.js";
import { hashOfSecret } from "./secret.js";

/** Turns what a request brings into a principal. */
export class Authentication {
  constructor(
    private readonly tokens: ApiTokenRepository,
    private readonly now: () => Date,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** The principal of a bearer token; null when it is unknown, expired or revoked, which the caller cannot tell apart. */
  async principalOfToken(secret: string): Promise<Principal | null> {
    const token = await this.tokens.findByHash(hashOfSecret(secret));
    const now = this.now();
    if (token === null || token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now)) return null;
    const [memberships] = await this.tokens.memberships.load([token.id]);
    // A full disk must not keep those from reading who only read.
    await this.tokens.touch(token, now).catch(this.onError);
    const granted = memberships instanceof Error || memberships === undefined ? [] : memberships;
    return {
      kind: "API_TOKEN",
      id: token.id,
      name: token.name,
      globalRole: token.globalRole,
      memberships: new Map(granted.map(({ projectId, role }) => [projectId, role])),
    };
  }
}
