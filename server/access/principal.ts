import type { GlobalRole, ProjectRole } from "./roles.js";

/** How a principal proved who it is. */
export type PrincipalKind = "API_TOKEN";

/** Who is asking, with the roles that were granted; made once per request by authentication. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** Stable: the id of the token. Stored in the change log beside the name. */
  readonly id: string;
  readonly name: string;
  readonly globalRole: GlobalRole | null;
  /** Role by project id. */
  readonly memberships: ReadonlyMap<string, ProjectRole>;
}
