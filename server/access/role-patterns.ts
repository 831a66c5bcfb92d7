import { checkProjectName } from "../core/names.js";
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
 * Turns the groups that an identity provider tells of into roles, so that no two can be confused. The rule:
 *
 * 1. A group is read by one pattern: of those that fit it, the one with the most text besides `{name}`, and of two with
 *    as much the first. Beside `project-{name}-admins`, `project-web-admins` makes an admin of `web`, and no member of
 *    `web-admins`.
 * 2. A name is given to a project only if every pattern, filled with it, is read back as that name and that role
 *    (`collisionOf`): with the patterns above `web-admins` is not, and beside `{name}` and `sre` neither is `sre`.
 *
 * So the groups of a project that exists give roles in that project and nowhere else, whatever else exists, and a group
 * gives a role in it only if it is a pattern filled with its name. Two patterns with the same text would read alike
 * always; the settings refuse them (`repeatedPattern`). Every other pair is told apart by some name.
 */
export class RolePatterns {
  readonly #mostTextFirst: readonly RolePattern[];

  constructor(patterns: readonly RolePattern[]) {
    this.#mostTextFirst = patterns.toSorted((a, b) => textOf(b).length - textOf(a).length);
  }

  /** The highest roles that any of the groups gives. */
  rolesOf(groups: readonly string[]): GrantedRoles {
    let globalRole: GrantedRoles["globalRole"] = null;
    let everyProjectRole: ProjectRole | null = null;
    const projects = new Map<string, ProjectRole>();
    for (const group of groups) {
      const reading = this.#read(group);
      if (reading === null) continue;
      const { name, role } = reading;
      if (role === "OPERATOR" || role === "READER") globalRole = globalRole === "OPERATOR" ? globalRole : role;
      else if (name === null) everyProjectRole = higher(everyProjectRole, role);
      else projects.set(name, higher(projects.get(name) ?? null, role));
    }
    return { globalRole, everyProjectRole, projects };
  }

  /** Which of its groups a project of this name would share with something else, for operators; null when none. */
  collisionOf(name: string): string | null {
    for (const pattern of this.#mostTextFirst) {
      if (!pattern.group.includes(placeholder)) continue;
      const group = pattern.group.replace(placeholder, () => name);
      const reading = this.#read(group);
      if (reading === null || (reading.name === name && reading.role === pattern.role)) continue;
      const where = reading.name === null ? "" : ` in "${reading.name}"`;
      return (
        `The group "${group}" of the project "${name}", ${pattern.role} by the pattern "${pattern.group}", ` +
        `reads as ${reading.role}${where} by the pattern "${reading.group}".`
      );
    }
    return null;
  }

  #read(group: string): (RolePattern & { readonly name: string | null }) | null {
    for (const pattern of this.#mostTextFirst) {
      const name = nameIn(group, pattern);
      if (name !== undefined) return { ...pattern, name };
    }
    return null;
  }
}

/** A pattern whose text stands in the list twice, so that the second would never count; null when there is none. */
export function repeatedPattern(patterns: readonly RolePattern[]): string | null {
  const groups = patterns.map(({ group }) => group);
  return groups.find((group, index) => groups.indexOf(group) !== index) ?? null;
}

const placeholder = "{name}";

/** The project's name in a group that fits the pattern, null where the pattern has none; undefined when it does not fit. */
function nameIn(group: string, pattern: RolePattern): string | null | undefined {
  const [before = "", after] = pattern.group.split(placeholder);
  if (after === undefined) return group === before ? null : undefined;
  if (!group.startsWith(before) || !group.endsWith(after)) return undefined;
  const name = group.slice(before.length, group.length - after.length);
  return group.length > before.length + after.length && checkProjectName(name) === null ? name : undefined;
}

function higher(held: ProjectRole | null, role: ProjectRole): ProjectRole {
  return held !== null && isAtLeast(held, role) ? held : role;
}

function textOf({ group }: RolePattern): string {
  return group.replace(placeholder, "");
}
