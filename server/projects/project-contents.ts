import type { Caller } from "../access/caller.js";
import type { Act } from "../audit/change.js";
import type { Described } from "../audit/restorable.js";
import type { UserError } from "../graph/user-error.js";
import type { CountLimit } from "./limit-service.js";
import type { Project } from "./project.js";

/** What goes away with a project: told inside the transaction that deletes it, by the domains that own it. */
export interface ProjectContents {
  /** Deletes all that belongs to the project, in a bounded number of statements; answers what went, for the change log. */
  removeOf(project: Project): Promise<readonly Act[]>;
  /** Told once that is committed, before the caller is answered; must not reject. */
  afterRemoval?(caller: Caller, project: Project): Promise<void>;
}

/** What comes back when its project is restored. */
export interface ReturningContents {
  /** The types, as the change log names them, of what it brings back. */
  readonly entityTypes: readonly string[];
  /** What makes the described objects again, whose project is about to be there again as `project`. */
  returnWith(caller: Caller, project: Project, described: readonly Described[]): Promise<Return>;
}

/** What speaks against a return, and the return itself. */
export interface Return {
  readonly userErrors: readonly UserError[];
  /** How much of what is limited comes back. */
  readonly counts: Partial<Readonly<Record<CountLimit, number>>>;
  /** Writes the objects inside the transaction, in a bounded number of statements; answers what it did. */
  readonly write: (revision: number, at: Date) => Promise<readonly Act[]>;
}

/** Answers whether a contact group is one of the project's own; asked of the domain that owns them. */
export interface ContactGroupsOfProject {
  belongsTo(contactGroupId: string, projectId: string): Promise<boolean>;
}

/** Answers what the groups of a project with this name could be taken for; asked of the domain that owns the rule. */
export interface GroupNames {
  /** Which of its groups would be read as another's, for operators; null when none. */
  collisionOf(projectName: string): string | null;
}
