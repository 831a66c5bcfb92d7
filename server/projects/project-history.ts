import { z } from "zod";
import type { Caller } from "../access/caller.js";
import type { Act } from "../audit/change.js";
import { describedLabels, describedText } from "../audit/described-values.js";
import { readDescription } from "../audit/read-description.js";
import type { Described, Restorable, Restoration } from "../audit/restorable.js";
import { altered } from "../core/database/stored.js";
import { NotFoundError } from "../core/errors.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { projectTaken } from "./check-project.js";
import { describeProject } from "./describe-project.js";
import type { GraceTime } from "./grace-time.js";
import { countLimits, type Growth, type LimitService } from "./limit-service.js";
import { Project } from "./project.js";
import type { ContactGroupsOfProject, Return, ReturningContents } from "./project-contents.js";
import type { ProjectRepository } from "./project-repository.js";
import type { ProjectService } from "./project-service.js";

const describedProject = z.object({
  name: z.string(),
  openstackId: describedText,
  description: z.string().default(""),
  extraLabels: describedLabels,
  aclGroup: describedText,
  limitTier: z.string().default("default"),
  defaultContactGroup: describedText,
});

/** More mistakes in what comes back with a project are not told. */
const mostMistakes = 50;

/** How projects come back: a living one to what it was, a deleted one with what went with it. */
export class ProjectHistory implements Restorable {
  constructor(
    private readonly repository: ProjectRepository,
    private readonly projects: ProjectService,
    private readonly contents: readonly ReturningContents[],
    private readonly contactGroups: ContactGroupsOfProject,
    private readonly limits: LimitService,
    private readonly grace: GraceTime,
  ) {}

  async restoration(
    caller: Caller,
    described: Described,
    wentAlong: () => Promise<readonly Described[]>,
  ): Promise<Restoration> {
    const project = await this.repository.findLivingOrGone(described.id);
    if (project === null) throw new NotFoundError("Project");
    return project.deletedAt === null
      ? this.#update(caller, project, described)
      : this.#resurrection(caller, project, described, wentAlong);
  }

  async #update(caller: Caller, before: Project, { description }: Described): Promise<Restoration> {
    caller.requireIn(before.id, "project.update", "Project");
    const errors = new UserErrors();
    const values = readDescription(describedProject, description, errors);
    if (values === null) return { change: null, userErrors: errors.list };
    // A project's name is for good.
    const { defaultContactGroup: defaultContactGroupId, name: _, ...others } = values;
    const after = altered(before, { ...others, defaultContactGroupId });
    if (administered.some((field) => after[field] !== before[field])) {
      caller.requireIn(before.id, "project.administer", "Project");
    }
    this.projects.check(before, after, errors);
    const isNew = defaultContactGroupId !== before.defaultContactGroupId;
    if (
      isNew &&
      defaultContactGroupId !== null &&
      !(await this.contactGroups.belongsTo(defaultContactGroupId, after.id))
    ) {
      const message = "The project has no such contact group any more. Restore that first.";
      errors.add("NOT_FOUND", message, ["input", "defaultContactGroup"]);
    }
    const change = {
      ...changeOf(before, after),
      refusal: () => this.projects.refusal(before, after),
      write: () => this.repository.replace(after, before.version),
    };
    return { change, userErrors: errors.list };
  }

  async #resurrection(
    caller: Caller,
    tombstone: Project,
    { id, description }: Described,
    wentAlong: () => Promise<readonly Described[]>,
  ): Promise<Restoration> {
    caller.require("project.create");
    if (this.grace.isOver(tombstone)) return { change: null, userErrors: [graceIsOver] };
    const errors = new UserErrors();
    const values = readDescription(describedProject, description, errors);
    if (values === null) return { change: null, userErrors: errors.list };
    const along = await wentAlong();
    const { defaultContactGroup, ...others } = values;
    // The group may have gone before its project, or may be left behind with it.
    const defaultContactGroupId = along.some((child) => child.id === defaultContactGroup) ? defaultContactGroup : null;
    const shards = this.projects.shardsFor(tombstone);
    const alive = { id, activeName: values.name, ...shards, defaultContactGroupId, deletedAt: null, purgedAt: null };
    const project = Object.assign(new Project(), others, alive);
    this.projects.check(null, project, errors);
    const taken = projectTaken(project.name);
    if (await this.repository.findByName(project.name)) errors.add(taken.code, taken.message, taken.path);
    const returns = await Promise.all(
      this.contents.map((contents) => contents.returnWith(caller, project, ofTypes(along, contents.entityTypes))),
    );
    const change = {
      ...changeOf(null, project),
      returns: true,
      taken,
      refusal: async () =>
        (await this.projects.refusal(null, project)) ?? this.limits.refusalIn(project, growthsOf(returns)),
      write: () => this.repository.revive(project, tombstone.version),
      alongside: (revision: number, at: Date) => written(returns, revision, at),
    };
    return { change, userErrors: [...errors.list, ...mistakesIn(returns)] };
  }
}

const graceIsOver: UserError = {
  code: "NOT_FOUND",
  message: "The time in which the project could be brought back is over: what was left of it is removed.",
  path: ["auditEntry"],
};

/** What operators alone change. */
const administered = ["openstackId", "aclGroup", "limitTier"] as const;

function changeOf(before: Project | null, after: Project) {
  return { entityType: "Project", projectId: after.id, before, after, describe: describeProject };
}

function ofTypes(described: readonly Described[], entityTypes: readonly string[]): readonly Described[] {
  return described.filter(({ entityType }) => entityTypes.includes(entityType));
}

function mistakesIn(returns: readonly Return[]): readonly UserError[] {
  return returns.flatMap(({ userErrors }) => userErrors).slice(0, mostMistakes);
}

function growthsOf(returns: readonly Return[]): readonly Growth[] {
  const path = ["auditEntry"];
  const used = async () => 0;
  return countLimits.map((limit) => {
    const by = returns.reduce((sum, { counts }) => sum + (counts[limit] ?? 0), 0);
    return { limit, by, used, path };
  });
}

async function written(returns: readonly Return[], revision: number, at: Date): Promise<readonly Act[]> {
  const acts: Act[] = [];
  for (const { write } of returns) acts.push(...(await write(revision, at)));
  return acts;
}
