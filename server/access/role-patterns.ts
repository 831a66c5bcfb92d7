import { projectNamePattern } from "../core/names.js";
import { isAtLeast, type ProjectRole } from "./roles.js";

/** What the members of a group may do, by the operator's settings. */
export interface RolePattern {
  /** The group's name; `{name}` in it stands for the name of the project that the role is in. */
  readonly group: string;
  /** Agents are never people: no group makes one. */
  readonly role: ProjectRole | "OPERATOR" | "READER";
}

/** The roles that groups give, projects still by name. */
export interface GrantedRoles {
  readonly globalRole: "OPERATOR" | "READER" | null;
  readonly everyProjectRole: ProjectRole | null;
  readonly projects: ReadonlyMap<string, ProjectRole>;
}

/**
 * Turns the groups that an identity provider tells of into roles. A group counts for the pattern that says most about it:
 * beside `project-{name}-admins`, `project-web-admins` makes an admin of `web`, and no member of `web-admins`.
 */
export class RolePatterns {
  readonly #patterns: readonly { readonly matches: RegExp; readonly role: RolePattern["role"] }[];

  constructor(patterns: readonly RolePattern[]) {
    const mostTextFirst = patterns.toSorted((a, b) => textOf(b).length - textOf(a).length);
    this.#patterns = mostTextFirst.map(({ group, role }) => {
      const parts = group.split("{name}").map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
      return { matches: new RegExp(`^${parts.join(`(?<name>${projectNamePattern})`)}$`), role };
    });
  }

  /** The highest roles that any of the groups gives. */
  rolesOf(groups: readonly string[]): GrantedRoles {
    let globalRole: GrantedRoles["globalRole"] = null;
    let everyProjectRole: ProjectRole | null = null;
    const projects = new Map<string, ProjectRole>();
    for (const group of groups) {
      const pattern = this.#patterns.find(({ matches }) => matches.test(group));
      if (pattern === undefined) continue;
      const { matches, role } = pattern;
      const name = matches.exec(group)?.groups?.name;
      if (role === "OPERATOR" || role === "READER") globalRole = globalRole === "OPERATOR" ? globalRole : role;
      else if (name === undefined) everyProjectRole = higher(everyProjectRole, role);
      else projects.set(name, higher(projects.get(name) ?? null, role));
    }
    return { globalRole, everyProjectRole, projects };
  }
}

function higher(held: ProjectRole | null, role: ProjectRole): ProjectRole {
  return held !== null && isAtLeast(held, role) ? held : role;
}

function textOf({ group }: RolePattern): string {
  return group.replace("{name}", "");
}
