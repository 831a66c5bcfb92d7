import type { HttpLimits } from "../clients/http-json.js";
import { OidcProvider } from "../clients/oidc-provider.js";
import { upstreamFetch } from "../clients/upstream-fetch.js";
import type { AccessLog } from "./access-log.js";
import type { ProjectNames } from "./identity.js";
import type { JwtTrust } from "./jwt-way.js";
import { OidcPeople } from "./oidc-people.js";
import type { OidcSettings } from "./oidc-settings.js";
import type { RolePatterns } from "./role-patterns.js";
import type { SessionRepository } from "./session-repository.js";
import { SessionWay } from "./session-way.js";
import { SignInService } from "./sign-in-service.js";

/** What OpenID Connect is built over. */
export interface OidcParts {
  readonly publicOrigin: string;
  readonly patterns: RolePatterns;
  readonly projectNames: ProjectNames;
  readonly sessions: SessionRepository;
  readonly log: Pick<AccessLog, "note">;
  readonly timeoutMs: number;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
  /** Told when the use of a session cannot be noted. */
  readonly onError: (error: unknown) => void;
}

/** OpenID Connect as the settings have it: its two ways in, and the way to a session. */
export interface Oidc {
  readonly service: SignInService;
  readonly sessionWay: SessionWay;
  /** Null when bearer tokens of the provider do not count. */
  readonly jwtTrust: JwtTrust | null;
  /** Ends the connections to the provider. */
  close(): Promise<void>;
}

/** Discovery documents, keys, tokens and what is said of a person are some kilobytes each. */
const maxBytes = 1024 * 1024;

/** Sets up OpenID Connect; nothing is asked of the provider yet. */
export function openOidc(settings: OidcSettings, parts: OidcParts): Oidc {
  const { publicOrigin, patterns, projectNames, sessions, log, timeoutMs, now, randomBytes, onError } = parts;
  const { sessionHours, idleMinutes, audience, tls } = settings;
  const connections = upstreamFetch(tls);
  const limits: HttpLimits = { timeoutMs, maxBytes };
  const provider = new OidcProvider(settings, connections.fetch, limits, now);
  const people = new OidcPeople(settings, patterns, projectNames);
  const sessionMs = sessionHours * 3_600_000;
  return {
    service: new SignInService(provider, people, sessions, log, { publicOrigin, sessionMs, now, randomBytes }),
    sessionWay: new SessionWay(sessions, people, { publicOrigin, idleMs: idleMinutes * 60_000, now, onError }),
    jwtTrust: audience === undefined ? null : { provider, audience, people },
    close: () => connections.close(),
  };
}
