import type { GlobalRole, ProjectRole } from "./roles.js";

/** How a principal proved who it is. */
export const PrincipalKind = {
  API_TOKEN: "API_TOKEN",
  OIDC: "OIDC",
  PROXY_HEADER: "PROXY_HEADER",
  KEYSTONE: "KEYSTONE",
  ANONYMOUS: "ANONYMOUS",
  COMMAND_LINE: "COMMAND_LINE",
  SERVER: "SERVER",
} as const;
export type PrincipalKind = keyof typeof PrincipalKind;

/** Who is asking, with the roles that were granted; made once per request by authentication. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** Stable, at most 40 characters: the id of the token, or made of what the identity provider says. Stored in the change log beside the name. */
  readonly id: string;
  /** For people: at most 255 characters. */
  readonly name: string;
  readonly globalRole: GlobalRole | null;
  /** The role in every project there is, also in those made later; null when there is none. */
  readonly everyProjectRole: ProjectRole | null;
  /** Role by project id. */
  readonly memberships: ReadonlyMap<string, ProjectRole>;
}
