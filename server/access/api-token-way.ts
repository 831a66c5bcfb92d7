import type { ApiToken } from "./api-token.js";
import type { ApiTokenRepository } from "./api-token-repository.js";
import type { Credentials } from "./credentials.js";
import type { Principal } from "./principal.js";
import { hashOfSecret, isSecret } from "./secret.js";
import type { WayIn } from "./way-in.js";

/** How stale `lastUsedAt` may be: one write a minute per token, not one per request. */
const lastUsedResolutionMs = 60_000;

/** API tokens, sent as bearer tokens. */
export class ApiTokenWay implements WayIn {
  /** Tokens whose use is being noted: requests that come meanwhile leave it at that. */
  readonly #noting = new Set<string>();

  constructor(
    private readonly tokens: ApiTokenRepository,
    private readonly now: () => Date,
    private readonly onError: (error: unknown) => void,
  ) {}

  async principalOf({ bearer }: Credentials): Promise<Principal | "none" | "refused"> {
    if (bearer === null || !isSecret(bearer)) return "none";
    const hash = hashOfSecret(bearer);
    const found = await this.tokens.findByHash(hash);
    const now = this.now();
    if (found === null || !works(found.token, hash, now)) return "refused";
    const { token, memberships } = found;
    await this.#noteUse(token, now);
    return {
      kind: "API_TOKEN",
      id: token.id,
      name: token.name,
      globalRole: token.globalRole,
      everyProjectRole: null,
      memberships: new Map(memberships.map(({ projectId, role }) => [projectId, role])),
    };
  }

  async #noteUse({ id, lastUsedAt }: ApiToken, now: Date): Promise<void> {
    const due = new Date(now.getTime() - lastUsedResolutionMs);
    if ((lastUsedAt !== null && lastUsedAt > due) || this.#noting.has(id)) return;
    this.#noting.add(id);
    try {
      await this.tokens.touch(id, now, due);
    } catch (error) {
      // A full disk must not keep those from reading who only read.
      this.onError(error);
    } finally {
      this.#noting.delete(id);
    }
  }
}

/** Whether the token's secret with this hash is good: its current one, or for a while the one before. */
function works({ hash: current, previousExpiresAt, expiresAt, revokedAt }: ApiToken, hash: string, now: Date): boolean {
  if (revokedAt !== null || (expiresAt !== null && expiresAt <= now)) return false;
  return hash === current || (previousExpiresAt !== null && previousExpiresAt > now);
}
