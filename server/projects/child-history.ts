import type { Caller } from "../access/caller.js";
import type { Act, Change, Description } from "../audit/change.js";
import type { Described, Restorable, Restoration } from "../audit/restorable.js";
import type { Child, ChildRepository } from "../core/database/child-repository.js";
import { stamp } from "../core/database/stored.js";
import { NotFoundError } from "../core/errors.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { Project } from "./project.js";
import type { ProjectContents, Return, ReturningContents } from "./project-contents.js";
import type { ProjectService } from "./project-service.js";

/** How one kind of what belongs to projects goes away with its project, and comes back, with it or alone. */
export abstract class ChildHistory<T extends Child> implements ProjectContents, ReturningContents, Restorable {
  /** As the change log has it. */
  abstract readonly entityTypes: readonly string[];
  /** For messages: "Scrape job". */
  protected abstract readonly noun: string;
  /** The mistake to tell when another one has its name. */
  protected abstract readonly taken: UserError;

  constructor(
    protected readonly repository: ChildRepository<T>,
    protected readonly projects: ProjectService,
  ) {}

  protected abstract describe(child: T, project: Project): Description;
  protected abstract entityTypeOf(child: T): string;
  /**
   * The object as described, over what it is now, if it is; null when the description cannot be read. Its values are checked as in a
   * fresh write, but not whether its name is taken.
   */
  protected abstract revive(
    caller: Caller,
    described: Described,
    project: Project,
    before: T | null,
    errors: UserErrors,
  ): Promise<T | null>;
  /** Loads for many at once what `revive` asks for each. */
  protected async prepare(_caller: Caller, _described: readonly Described[]): Promise<void> {}
  /** The one that has its name, which may be itself. */
  protected abstract namesake(child: T): Promise<T | null>;
  /** How much of what is limited they are. */
  protected abstract countsOf(children: readonly T[]): Return["counts"];
  /** What the limits of its project say against it, asked inside the transaction. */
  protected abstract refusal(before: T | null, after: T): Promise<UserError | null>;

  async removeOf(project: Project): Promise<readonly Act[]> {
    const children = await this.repository.ofProject(project.id);
    await this.repository.removeOf(project.id);
    return children.map((child) => ({
      ...this.#actOn(child),
      action: "DELETE",
      before: this.describe(child, project),
      after: null,
    }));
  }

  async returnWith(caller: Caller, project: Project, described: readonly Described[]): Promise<Return> {
    await this.prepare(caller, described);
    const userErrors: UserError[] = [];
    const children: T[] = [];
    // One after the other: each may ask a Prometheus or a name server.
    for (const one of described) {
      const errors = new UserErrors();
      const child = await this.revive(caller, one, project, null, errors);
      if (child !== null) children.push(child);
      const name = String(one.description.name);
      for (const { code, message, path } of errors.list) {
        userErrors.push({
          code,
          message: `${this.noun} "${name}": ${message}`,
          path: ["input", one.id, ...path.slice(1)],
        });
      }
    }
    const write = async (revision: number, at: Date): Promise<readonly Act[]> => {
      for (const child of children) stamp(child, { revision, version: revision, createdAt: at, at });
      await this.repository.insertAll(children);
      return children.map((child) => ({
        ...this.#actOn(child),
        action: "CREATE",
        before: null,
        after: this.describe(child, project),
      }));
    };
    return { userErrors, counts: this.countsOf(children), write };
  }

  async restoration(caller: Caller, described: Described): Promise<Restoration> {
    const { id, projectId } = described;
    if (projectId === null) throw new NotFoundError(this.noun);
    caller.requireIn(projectId, "config.write", this.noun);
    const project = await this.projects.find(caller, projectId);
    if (project === null) return { change: null, userErrors: [projectIsGone] };
    const before = await this.repository.find(id);
    const errors = new UserErrors();
    const after = await this.revive(caller, described, project, before, errors);
    if (after === null) return { change: null, userErrors: errors.list };
    const namesake = errors.any ? null : await this.namesake(after);
    if (namesake !== null && namesake.id !== id) errors.add(this.taken.code, this.taken.message, this.taken.path);
    return { change: this.#change(project, before, after), userErrors: errors.list };
  }

  #change(project: Project, before: T | null, after: T): Change {
    const change: Change<T> = {
      entityType: this.entityTypeOf(after),
      projectId: project.id,
      before,
      after,
      returns: true,
      taken: this.taken,
      refusal: () => this.refusal(before, after),
      describe: (child) => this.describe(child, project),
      write: () => (before === null ? this.repository.insert(after) : this.repository.replace(after, before.version)),
    };
    return change;
  }

  #actOn(child: T): Pick<Act, "entityType" | "entityId" | "projectId"> {
    return { entityType: this.entityTypeOf(child), entityId: child.id, projectId: child.projectId };
  }
}

const projectIsGone: UserError = {
  code: "NOT_FOUND",
  message: "The project that it belonged to was deleted. Restore that first, by the entry of its deletion.",
  path: ["auditEntry"],
};
