import type { AccessAct } from "./access-log.js";
import type { ApiToken } from "./api-token.js";
import type { GrantedToken } from "./api-token-repository.js";
import type { GlobalRole, ProjectRole } from "./roles.js";

/** How the change log names API tokens. */
export const apiTokenEntity = "ApiToken";

/**
 * What the change log says of a change to a token: one act per project that the token has a role in, each of which tells
 * of no other project, and one of no project for a role over all of them, or when the token has no role left.
 */
export function apiTokenActs(before: ApiToken | null, { token, memberships }: GrantedToken): AccessAct[] {
  const isPlatform = token.globalRole !== null || memberships.length === 0;
  const scopes = [...(isPlatform ? [{ projectId: null, role: token.globalRole }] : []), ...memberships];
  return scopes.map(({ projectId, role }) => ({
    action: before === null ? "CREATE" : "UPDATE",
    entityType: apiTokenEntity,
    entityId: token.id,
    projectId,
    before: before && describe(before, role),
    after: describe(token, role),
  }));
}

function describe(token: ApiToken, role: GlobalRole | ProjectRole | null): Readonly<Record<string, unknown>> {
  const { name, expiresAt, rotatedAt, previousExpiresAt, revokedAt } = token;
  return { name, role, expiresAt, rotatedAt, previousExpiresAt, revokedAt };
}
