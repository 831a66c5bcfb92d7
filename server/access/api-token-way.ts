import type { ApiTokenRepository } from "./api-token-repository.js";
import type { Credentials } from "./credentials.js";
import type { Principal } from "./principal.js";
import { hashOfSecret, isSecret } from "./secret.js";
import type { WayIn } from "./way-in.js";

/** API tokens, sent as bearer tokens. */
export class ApiTokenWay implements WayIn {
  constructor(
    private readonly tokens: ApiTokenRepository,
    private readonly now: () => Date,
    private readonly onError: (error: unknown) => void,
  ) {}

  async principalOf({ bearer }: Credentials): Promise<Principal | "none" | "refused"> {
    if (bearer === null || !isSecret(bearer)) return "none";
    const token = await this.tokens.findByHash(hashOfSecret(bearer));
    const now = this.now();
    if (token === null || token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now)) {
      return "refused";
    }
    const [memberships] = await this.tokens.memberships.load([token.id]);
    // A full disk must not keep those from reading who only read.
    await this.tokens.touch(token, now).catch(this.onError);
    const granted = memberships instanceof Error || memberships === undefined ? [] : memberships;
    return {
      kind: "API_TOKEN",
      id: token.id,
      name: token.name,
      globalRole: token.globalRole,
      everyProjectRole: null,
      memberships: new Map(granted.map(({ projectId, role }) => [projectId, role])),
    };
  }
}
