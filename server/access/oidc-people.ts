import type { Claims } from "../clients/provider-keys.js";
import { type ProjectNames, principalOf } from "./identity.js";
import type { Principal } from "./principal.js";
import type { RolePatterns } from "./role-patterns.js";

/** Somebody as an OpenID Connect provider tells of them. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly groups: readonly string[];
}

/** Which claims of the provider say what. */
export interface ClaimNames {
  readonly issuer: string;
  readonly groupsClaim: string;
  readonly nameClaim: string;
}

/** Reads people out of claims, and makes principals of them: the same one whether they signed in or bring a token. */
export class OidcPeople {
  constructor(
    private readonly names: ClaimNames,
    private readonly patterns: RolePatterns,
    private readonly projectNames: ProjectNames,
  ) {}

  /** Whom the claims are about; null when they name nobody, or somebody of another provider. */
  personIn(claims: Claims): Person | null {
    const { issuer, groupsClaim, nameClaim } = this.names;
    const { iss, sub } = claims;
    // At most 255 characters, says OpenID Connect Core 1.0 in section 2.
    if (iss !== issuer || typeof sub !== "string" || sub === "" || sub.length > 255) return null;
    const name = [nameClaim, "email", "name"].map((claim) => claimAt(claims, claim)).find(isText) ?? sub;
    return { issuer, subject: sub, name, groups: groupsIn(claimAt(claims, groupsClaim)) };
  }

  /** Whether the provider that told of the person is the one of the settings. */
  knows({ issuer }: Pick<Person, "issuer">): boolean {
    return issuer === this.names.issuer;
  }

  /** The principal, with the roles that the settings give to the person's groups now. */
  principalOf({ issuer, subject, name, groups }: Person): Promise<Principal> {
    return principalOf({ kind: "OIDC", issuer, subject, name }, this.patterns.rolesOf(groups), this.projectNames);
  }
}

/** A claim of that very name, as `https://example.org/groups`, or else along a path, as `realm_access.roles`. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split(".").reduce<unknown>((value, key) => {
    return typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? (value as Claims)[key]
      : undefined;
  }, claims);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function groupsIn(value: unknown): readonly string[] {
  const groups = Array.isArray(value) ? value : [value];
  return [...new Set(groups.filter(isText))];
}
