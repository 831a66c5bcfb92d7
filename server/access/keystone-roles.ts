import type { KeystoneAssignment, KeystoneToken } from "../clients/keystone-client.js";
import type { GrantedRoles } from "./role-patterns.js";
import { isAtLeast, type ProjectRole } from "./roles.js";

/** What roles of Keystone are worth here, by their names there; others are worth nothing. */
export interface KeystoneRoleNames {
  readonly roles: Readonly<Record<string, ProjectRole>>;
  /** Of tokens for the system as a whole. */
  readonly systemRoles: Readonly<Record<string, "READER" | "OPERATOR">>;
}

/** The roles of a token and of its user's assignments, projects by their ids in OpenStack. */
export function keystoneRoles(
  { scope, roles }: KeystoneToken,
  assignments: readonly KeystoneAssignment[],
  names: KeystoneRoleNames,
): GrantedRoles {
  const systemRoles = new Map(Object.entries(names.systemRoles));
  const held = scope === "SYSTEM" ? roles.map((role) => systemRoles.get(role)) : [];
  const globalRole = held.includes("OPERATOR") ? "OPERATOR" : held.includes("READER") ? "READER" : null;
  const projectRoles = new Map(Object.entries(names.roles));
  const projects = new Map<string, ProjectRole>();
  const own = scope === null || scope === "SYSTEM" ? [] : roles.map((role) => ({ projectId: scope.projectId, role }));
  for (const { projectId, role } of [...own, ...assignments]) {
    const [given, before] = [projectRoles.get(role), projects.get(projectId)];
    if (given !== undefined && !(before !== undefined && isAtLeast(before, given))) projects.set(projectId, given);
  }
  return { globalRole, everyProjectRole: null, projects };
}
