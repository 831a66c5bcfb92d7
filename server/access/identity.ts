import { createHash } from "node:crypto";
import type { Principal, PrincipalKind } from "./principal.js";
import type { GrantedRoles } from "./role-patterns.js";
import type { ProjectRole } from "./roles.js";

/** Somebody as an identity provider names them. */
export interface Identity {
  readonly kind: Extract<PrincipalKind, "OIDC" | "PROXY_HEADER" | "KEYSTONE">;
  /** Within which `subject` is unique: the provider's URL. */
  readonly issuer: string;
  /** Never given to somebody else. */
  readonly subject: string;
  /** For people. */
  readonly name: string;
}

/** Answers which projects have these names; asked of the domain that owns them. */
export interface ProjectNames {
  /** The ids of the living projects among them, by name. */
  idsOf(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The principal of an identity, with the roles that were granted; names of projects that do not exist are left out. */
export async function principalOf(
  { kind, issuer, subject, name }: Identity,
  { globalRole, everyProjectRole, projects }: GrantedRoles,
  projectNames: ProjectNames,
): Promise<Principal> {
  const ids = projects.size === 0 ? new Map<string, string>() : await projectNames.idsOf([...projects.keys()]);
  const memberships = new Map<string, ProjectRole>();
  for (const [projectName, role] of projects) {
    const id = ids.get(projectName);
    if (id !== undefined) memberships.set(id, role);
  }
  return {
    kind,
    id: userId(kind, issuer, subject),
    name: displayName(name),
    globalRole,
    everyProjectRole,
    memberships,
  };
}

/** Stable, and of one length whatever the provider says. */
function userId(kind: string, issuer: string, subject: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([kind, issuer, subject]))
    .digest("hex");
  return `usr_${hash.slice(0, 32)}`;
}

/** On one line and of bounded length, because it stands in logs, lists and alerts. */
function displayName(name: string): string {
  const line = name.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return Array.from(line).slice(0, 100).join("") || "unnamed";
}
