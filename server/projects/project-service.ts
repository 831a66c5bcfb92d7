import type { Caller } from "../access/caller.js";
import type { ProjectRole } from "../access/roles.js";
import type { Change, Description } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { altered } from "../core/database/stored.js";
import type { Order } from "../core/database/table-reader.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import { checkExtraLabels } from "../core/labels.js";
import { checkName, checkProjectName } from "../core/names.js";
import type { Page, PageRequest } from "../core/page.js";
import { SettingsError } from "../core/settings-file.js";
import { checkText } from "../core/text.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { LimitService } from "./limit-service.js";
import { Project } from "./project.js";
import type { ContactGroupsOfProject, GroupNames, ProjectContents } from "./project-contents.js";
import type { ProjectCreateInput, ProjectFilter, ProjectUpdateInput } from "./project-input.js";
import type { ProjectRepository } from "./project-repository.js";

const byRevision = { property: "revision", direction: "ASC" } as const;

/** The rules about projects: who sees them, what they may hold, what their deletion takes along. */
export class ProjectService {
  constructor(
    private readonly repository: ProjectRepository,
    private readonly changes: ChangeLog,
    private readonly contents: readonly ProjectContents[],
    private readonly contactGroups: ContactGroupsOfProject,
    private readonly groupNames: GroupNames,
    private readonly limits: LimitService,
    private readonly now: () => Date,
  ) {}

  /** The project with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Project | null> {
    const project = await caller.loaders.for(this.repository.byId).load(id);
    return project && caller.may("project.read", project.id) ? project : null;
  }

  /** The project that something visible hangs off. */
  async require(caller: Caller, id: string): Promise<Project> {
    const project = await this.find(caller, id);
    if (project === null) throw new NotFoundError("Project");
    return project;
  }

  /** The project with this name; null when it is absent or invisible to the caller. */
  async findByName(caller: Caller, name: string): Promise<Project | null> {
    caller.requireAnywhere("project.read");
    const project = await caller.loaders.for(this.repository.byName).load(name);
    return project && caller.may("project.read", project.id) ? project : null;
  }

  async list(caller: Caller, filter: ProjectFilter, order: Order, page: PageRequest): Promise<Connection<Project>> {
    caller.requireAnywhere("project.read");
    const narrow = this.repository.where(filter, caller.projectsFor("project.read"));
    const found = await this.repository.page({ narrow, order, page, list: "projects" });
    return connection(found, () => this.repository.count(narrow));
  }

  /** The caller's role in the project, for display. */
  viewerRole(caller: Caller, project: Project): ProjectRole | null {
    return caller.roleIn(project.id);
  }

  /** All projects that changed after `revision`, deleted ones too, oldest change first: what configurators fetch. */
  changedSince(caller: Caller, revision: number, page: PageRequest): Promise<Page<Project>> {
    caller.require("change.read");
    const narrow = this.repository.changedSince(revision);
    return this.repository.page({ narrow, order: byRevision, page, list: `changedProjects@${revision}` });
  }

  create(caller: Caller, input: ProjectCreateInput, dryRun: boolean): Promise<Outcome<Project>> {
    caller.require("project.create");
    return this.changes.once(
      caller,
      (id) => this.find(caller, id),
      async (key) => {
        const project = Object.assign(new Project(), {
          id: newId("prj"),
          name: input.name,
          activeName: input.name,
          openstackId: input.openstackId ?? null,
          description: input.description ?? "",
          extraLabels: input.extraLabels ?? {},
          aclGroup: input.aclGroup ?? null,
          limitTier: input.limitTier ?? "default",
          defaultContactGroupId: null,
          deletedAt: null,
        });
        const errors = checked(project);
        errors.check(this.limits.checkTier(project.limitTier), ["input", "limitTier"]);
        errors.check(checkProjectName(input.name) ?? this.#checkGroups(input.name), ["input", "name"]);
        const taken = {
          code: "TAKEN",
          message: `There is a project named "${input.name}" already.`,
          path: ["input", "name"],
        } as const;
        if (!errors.any && (await this.repository.findByName(input.name)))
          errors.add(taken.code, taken.message, taken.path);
        const refusal = () => this.#checkOpenstackId(null, project);
        const change = this.#change(null, project, () => this.repository.insert(project));
        return this.changes.commit(caller, { ...change, refusal, taken }, { dryRun, key, userErrors: errors.list });
      },
    );
  }

  update(caller: Caller, id: string, input: ProjectUpdateInput, dryRun: boolean): Promise<Outcome<Project>> {
    requireId("prj", id);
    const administers = [input.openstackId, input.aclGroup, input.limitTier].some((value) => value !== undefined);
    caller.requireIn(id, administers ? "project.administer" : "project.update", "Project");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#existing(id);
        const after = altered(before, {
          description: input.description === null ? "" : input.description,
          openstackId: input.openstackId,
          extraLabels: input.extraLabels === null ? {} : input.extraLabels,
          aclGroup: input.aclGroup,
          limitTier: input.limitTier === null ? "default" : input.limitTier,
          defaultContactGroupId: input.defaultContactGroup,
        });
        const errors = checked(after);
        // One that went from the settings since stays until somebody gives another.
        if (after.limitTier !== before.limitTier) {
          errors.check(this.limits.checkTier(after.limitTier), ["input", "limitTier"]);
        }
        const groupId = input.defaultContactGroup;
        if (groupId != null && !(await this.contactGroups.belongsTo(groupId, id))) {
          errors.add("NOT_FOUND", "The project has no such contact group.", ["input", "defaultContactGroup"]);
        }
        const { expectedVersion } = input;
        const refusal = () => this.#checkOpenstackId(before, after);
        const change = this.#change(before, after, () => this.repository.replace(after, before.version));
        return this.changes.commit(
          caller,
          { ...change, refusal },
          { dryRun, key, expectedVersion, userErrors: errors.list },
        );
      },
    );
  }

  /** Deletes the project and all that belongs to it; a tombstone stays, so that the agents hear of it. */
  remove(caller: Caller, id: string, expectedVersion: number | null, dryRun: boolean): Promise<Outcome<Project>> {
    requireId("prj", id);
    caller.requireIn(id, "project.delete", "Project");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#existing(id);
        const gone = {
          activeName: null,
          deletedAt: this.now(),
          openstackId: null,
          defaultContactGroupId: null,
          version: before.version + 1,
        };
        const change = this.#change(before, null, async (revision) => {
          for (const contents of this.contents) await contents.removeOf(id);
          await this.repository.replace(altered(before, { ...gone, revision }), before.version);
        });
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  /** The change that makes `contactGroupId` the project's default; to be committed together with the group's own. */
  async defaultContactGroupChange(
    caller: Caller,
    projectId: string,
    contactGroupId: string | null,
  ): Promise<Change<Project>> {
    const before = await this.require(caller, projectId);
    const after = altered(before, { defaultContactGroupId: contactGroupId });
    return this.#change(before, after, () => this.repository.replace(after, before.version));
  }

  /** Throws when the settings' group patterns, changed since, read a group of a project that exists as another's. */
  async checkNames(): Promise<void> {
    for (const name of await this.repository.livingNames()) {
      const collision = this.groupNames.collisionOf(name);
      if (collision === null) continue;
      throw new SettingsError(`access.groups: ${collision} Change one of the patterns, or delete the project first.`);
    }
  }

  #checkGroups(name: string): string | null {
    const collision = this.groupNames.collisionOf(name);
    return collision && `${collision} Choose another name, or have the settings' access.groups changed.`;
  }

  /** Whoever has a role in a project of OpenStack has it in one project here, and everybody knows in which. */
  async #checkOpenstackId(before: Project | null, { openstackId }: Project): Promise<UserError | null> {
    if (openstackId === null || openstackId === before?.openstackId) return null;
    if ((await this.repository.idsOfOpenstack([openstackId])).size === 0) return null;
    const message = `Another project has the OpenStack id "${openstackId}" already.`;
    return { code: "TAKEN", message, path: ["input", "openstackId"] };
  }

  async #existing(id: string): Promise<Project> {
    const project = await this.repository.find(id);
    if (project === null) throw new NotFoundError("Project");
    return project;
  }

  #change(before: Project | null, after: Project | null, write: Change["write"]): Change<Project> {
    return { entityType: "Project", projectId: (after ?? before)?.id ?? null, before, after, describe, write };
  }
}

function describe(project: Project): Description {
  const { name, openstackId, description, extraLabels, aclGroup, limitTier, defaultContactGroupId } = project;
  return {
    name,
    openstackId,
    description,
    extraLabels,
    aclGroup,
    limitTier,
    defaultContactGroup: defaultContactGroupId,
  };
}

function checked(project: Project): UserErrors {
  const errors = new UserErrors();
  errors.check(checkText("The description", project.description, { mostBytes: 1_000, empty: true, multiline: true }), [
    "input",
    "description",
  ]);
  if (project.openstackId !== null) errors.check(checkOpenstackId(project.openstackId), ["input", "openstackId"]);
  if (project.aclGroup !== null) errors.check(checkName(project.aclGroup), ["input", "aclGroup"]);
  errors.checkEntries(checkExtraLabels(project.extraLabels), ["input", "extraLabels"]);
  return errors;
}

function checkOpenstackId(id: string): string | null {
  return checkText("An id in OpenStack", id, { mostBytes: 64 }) ?? checkName(id);
}
