import { AnonymousWay } from "./access/anonymous-way.js";
import type { ApiTokenRepository } from "./access/api-token-repository.js";
import { ApiTokenWay } from "./access/api-token-way.js";
import { JwtWay } from "./access/jwt-way.js";
import { KeystoneWay } from "./access/keystone-way.js";
import type { Oidc } from "./access/open-oidc.js";
import { PrincipalKind } from "./access/principal.js";
import { ProxyHeaderWay } from "./access/proxy-header-way.js";
import type { RolePatterns } from "./access/role-patterns.js";
import { UnknownTokenWay } from "./access/unknown-token-way.js";
import type { WayIn } from "./access/way-in.js";
import type { KeystoneClient } from "./clients/keystone-client.js";
import type { Log } from "./core/log.js";
import { Networks } from "./core/networks.js";
import type { ProjectRepository } from "./projects/project-repository.js";
import type { Settings } from "./settings.js";

/** What the ways in take from the rest of the server. */
export interface WaysInParts {
  readonly tokens: ApiTokenRepository;
  readonly projects: ProjectRepository;
  readonly rolePatterns: RolePatterns;
  /** There when the settings have an OpenID Connect provider. */
  readonly oidc: Pick<Oidc, "jwtTrust" | "sessionWay"> | null;
  /** There when the settings have a Keystone. */
  readonly keystone: KeystoneClient | null;
  readonly log: Log;
  readonly now: () => Date;
}

/** The ways in that the settings open, in the order in which they are asked: the first that finds something decides. */
export function waysIn({ access }: Settings, parts: WaysInParts): readonly WayIn[] {
  const { tokens, projects, rolePatterns, oidc, keystone, log, now } = parts;
  const ways: WayIn[] = [
    new ApiTokenWay(tokens, now, (error) => log.warn({ err: error }, "The use of a token cannot be noted")),
  ];
  if (oidc?.jwtTrust) ways.push(new JwtWay(oidc.jwtTrust));
  if (access.keystone && keystone) {
    const byOpenstackId = { idsOf: (ids: readonly string[]) => projects.idsOfOpenstack(ids) };
    ways.push(new KeystoneWay(keystone, byOpenstackId, access.keystone, now));
  }
  // Tokens end here; what follows needs none.
  ways.push(new UnknownTokenWay());
  if (oidc) ways.push(oidc.sessionWay);
  if (access.proxyHeader) {
    const { addresses, ...headers } = access.proxyHeader;
    const options = { ...headers, proxies: new Networks(addresses) };
    const ignored =
      "Headers that say who is asking were ignored: they come from no address in access.proxyHeader.addresses";
    ways.push(new ProxyHeaderWay(options, rolePatterns, projects, now, (peer) => log.warn({ peer }, ignored)));
  }
  if (access.anonymous === "VIEWER") ways.push(new AnonymousWay());
  return ways;
}

/** The kinds of ways in that the settings open. */
export function kindsOfWays({ access }: Settings): readonly PrincipalKind[] {
  const open: Readonly<Partial<Record<PrincipalKind, boolean>>> = {
    API_TOKEN: true,
    OIDC: access.oidc !== undefined,
    KEYSTONE: access.keystone !== undefined,
    PROXY_HEADER: access.proxyHeader !== undefined,
    ANONYMOUS: access.anonymous === "VIEWER",
  };
  return Object.values(PrincipalKind).filter((kind) => open[kind]);
}
