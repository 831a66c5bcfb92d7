import type { Database } from "../core/database/database.js";
import type { Log } from "../core/log.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import type { AccessLog } from "./access-log.js";
import { ApiTokenRepository } from "./api-token-repository.js";
import { ApiTokenResolver } from "./api-token-resolver.js";
import { ApiTokenService, type ProjectLookup } from "./api-token-service.js";
import type { Caller } from "./caller.js";
import type { ProjectNames } from "./identity.js";
import type { OidcSettings } from "./oidc-settings.js";
import { type Oidc, openOidc } from "./open-oidc.js";
import { type RolePattern, RolePatterns } from "./role-patterns.js";
import { SessionRepository } from "./session-repository.js";
import { TokenCounts } from "./token-counts.js";
import type { TokenLimits } from "./token-limits.js";
import { ViewerResolver } from "./viewer-resolver.js";

/** What access is built over. */
export interface AccessParts {
  readonly settings: { readonly groups: readonly RolePattern[]; readonly oidc?: OidcSettings | undefined };
  /** The URL that people type; there when the settings have an OpenID Connect provider. */
  readonly publicUrl: string | undefined;
  /** For each answer of the provider. */
  readonly timeoutMs: number;
  readonly database: Database;
  readonly projects: ProjectLookup & ProjectNames;
  readonly changes: AccessLog;
  /** The limits of projects on tokens, given how many they have. */
  readonly limitsOver: (counts: TokenCounts) => TokenLimits;
  readonly log: Pick<Log, "warn">;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** API tokens and people's sessions, and what is known of who comes in with them. */
export interface AccessDomain extends GraphPart<Caller> {
  readonly rolePatterns: RolePatterns;
  readonly tokenRepository: ApiTokenRepository;
  readonly tokenCounts: TokenCounts;
  readonly tokens: ApiTokenService;
  /** Null when the settings name no provider. */
  readonly oidc: Oidc | null;
}

/** Builds the domain of access. */
export function makeAccess(parts: AccessParts): AccessDomain {
  const { settings, database, projects, changes, limitsOver, now, randomBytes } = parts;
  const rolePatterns = new RolePatterns(settings.groups);
  const tokenRepository = new ApiTokenRepository(database);
  const tokenCounts = new TokenCounts(tokenRepository, now);
  const limits = limitsOver(tokenCounts);
  const tokens = new ApiTokenService(tokenRepository, projects, changes, limits, now, randomBytes);
  return {
    rolePatterns,
    tokenRepository,
    tokenCounts,
    tokens,
    oidc: makeOidc(parts, rolePatterns),
    resolvers: [new ViewerResolver(), new ApiTokenResolver(tokens)],
    nodes: [storedNodes("tok", (caller, id) => tokens.find(caller, id))],
  };
}

function makeOidc(parts: AccessParts, patterns: RolePatterns): Oidc | null {
  const { settings, publicUrl, timeoutMs, database, projects, changes, log, now, randomBytes } = parts;
  if (settings.oidc === undefined || publicUrl === undefined) return null;
  return openOidc(settings.oidc, {
    publicOrigin: publicUrl,
    patterns,
    projectNames: projects,
    sessions: new SessionRepository(database),
    log: changes,
    timeoutMs,
    now,
    randomBytes,
    onError: (error) => log.warn({ err: error }, "The use of a session cannot be noted"),
  });
}
