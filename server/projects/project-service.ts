import type { Caller } from "../access/caller.js";
import type { Action } from "../access/policy.js";
import type { ProjectRole } from "../access/roles.js";
import type { Change } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { Narrow } from "../core/database/narrow.js";
import { altered } from "../core/database/stored.js";
import type { Order } from "../core/database/table-reader.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import { checkProjectName } from "../core/names.js";
import type { Page, PageRequest } from "../core/page.js";
import { SettingsError } from "../core/settings-file.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { checkProject, projectTaken } from "./check-project.js";
import { describeProject } from "./describe-project.js";
import type { LimitService } from "./limit-service.js";
import { Project } from "./project.js";
import type { ContactGroupsOfProject, GroupNames } from "./project-contents.js";
import type { ProjectCreateInput, ProjectFilter, ProjectUpdateInput } from "./project-input.js";
import type { ProjectRepository } from "./project-repository.js";

const byRevision = { property: "revision", direction: "ASC" } as const;

/** The rules about projects: who sees them, what they may hold. */
export class ProjectService {
  constructor(
    private readonly repository: ProjectRepository,
    private readonly changes: ChangeLog,
    private readonly contactGroups: ContactGroupsOfProject,
    private readonly groupNames: GroupNames,
    private readonly limits: LimitService,
    private readonly shardOf: (project: Pick<Project, "id" | "shardName">) => string | null,
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

  /** Only what is of a living project, whose id is in `property`: for who may see all of them. */
  ofLiving(property: string): Narrow {
    return this.repository.ofLiving(property);
  }

  /** Where a project which comes back goes: into the shard that it was in, or when that is gone, as a new one. */
  shardsFor(tombstone: Project): Pick<Project, "shardName" | "shardPin"> {
    const shardName = this.shardOf(tombstone);
    return { shardName, shardPin: tombstone.shardPin === shardName ? shardName : null };
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
        const projectId = newId("prj");
        const project = Object.assign(new Project(), {
          id: projectId,
          shardName: this.shardOf({ id: projectId, shardName: null }),
          shardPin: null,
          name: input.name,
          activeName: input.name,
          openstackId: input.openstackId ?? null,
          description: input.description ?? "",
          extraLabels: input.extraLabels ?? {},
          aclGroup: input.aclGroup ?? null,
          limitTier: input.limitTier ?? "default",
          defaultContactGroupId: null,
          deletedAt: null,
          purgedAt: null,
        });
        const errors = new UserErrors();
        this.check(null, project, errors);
        const taken = projectTaken(input.name);
        if (!errors.any && (await this.repository.findByName(input.name)))
          errors.add(taken.code, taken.message, taken.path);
        const refusal = () => this.refusal(null, project);
        const change = this.#change(null, project, () => this.repository.insert(project));
        return this.changes.commit(caller, { ...change, refusal, taken }, { dryRun, key, userErrors: errors.list });
      },
    );
  }

  update(caller: Caller, id: string, input: ProjectUpdateInput, dryRun: boolean): Promise<Outcome<Project>> {
    requireId("prj", id);
    caller.requireIn(id, actionOf(input), "Project");
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
        const errors = new UserErrors();
        this.check(before, after, errors);
        const groupId = input.defaultContactGroup;
        if (groupId != null && !(await this.contactGroups.belongsTo(groupId, id))) {
          errors.add("NOT_FOUND", "The project has no such contact group.", ["input", "defaultContactGroup"]);
        }
        const { expectedVersion } = input;
        const refusal = () => this.refusal(before, after);
        const change = this.#change(before, after, () => this.repository.replace(after, before.version));
        return this.changes.commit(
          caller,
          { ...change, refusal },
          { dryRun, key, expectedVersion, userErrors: errors.list },
        );
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

  /** Adds what is wrong with a project, new when there is none `before`, to `errors`; what is taken is left out. */
  check(before: Project | null, after: Project, errors: UserErrors): void {
    checkProject(after, errors);
    // One that went from the settings since stays until somebody gives another.
    if (after.limitTier !== before?.limitTier) {
      errors.check(this.limits.checkTier(after.limitTier), ["input", "limitTier"]);
    }
    if (before === null) errors.check(checkProjectName(after.name) ?? this.#checkGroups(after.name), ["input", "name"]);
  }

  #checkGroups(name: string): string | null {
    const collision = this.groupNames.collisionOf(name);
    return collision && `${collision} Choose another name, or have the settings' access.groups changed.`;
  }

  /**
   * What speaks against the change, asked inside its transaction: whoever has a role in a project of OpenStack has it in
   * one project here, and everybody knows in which.
   */
  async refusal(before: Project | null, { openstackId }: Project): Promise<UserError | null> {
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
    return {
      entityType: "Project",
      projectId: (after ?? before)?.id ?? null,
      before,
      after,
      describe: describeProject,
      write,
    };
  }
}

/** Who is told of the alerts is for those who write the project's configuration, as the groups themselves are. */
function actionOf({ expectedVersion: _, defaultContactGroup, ...input }: ProjectUpdateInput): Action {
  const { openstackId, aclGroup, limitTier } = input;
  if ([openstackId, aclGroup, limitTier].some((value) => value !== undefined)) return "project.administer";
  const isElse = defaultContactGroup === undefined || Object.values(input).some((value) => value !== undefined);
  return isElse ? "project.update" : "config.write";
}
