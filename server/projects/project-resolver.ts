import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { ProjectRole } from "../access/roles.js";
import { DryRun, ExpectedVersion, IdArgument } from "../graph/arguments.js";
import { PageArguments } from "../graph/connection.js";
import { OrderBy } from "../graph/order-enum.js";
import { changePayload, changePayloadType, deletePayload, deletePayloadType } from "../graph/payload.js";
import { Project, ProjectConnection, ProjectOrder } from "./project.js";
import type { ProjectDeletionService } from "./project-deletion-service.js";
import { ProjectCreateInput, ProjectFilter, ProjectUpdateInput } from "./project-input.js";
import type { ProjectService } from "./project-service.js";

const ProjectCreatePayload = changePayloadType("ProjectCreatePayload", "project", () => Project);
const ProjectUpdatePayload = changePayloadType("ProjectUpdatePayload", "project", () => Project);
const ProjectDeletePayload = deletePayloadType("ProjectDeletePayload");

/** Projects in the graph. */
@Resolver(() => Project)
export class ProjectResolver {
  constructor(
    private readonly service: ProjectService,
    private readonly deletion: ProjectDeletionService,
  ) {}

  @Query(() => Project, {
    nullable: true,
    description: "The project with this name; null when absent or invisible to you.",
  })
  project(@Ctx() caller: Caller, @Arg("name", () => String, { description: "Its whole name." }) name: string) {
    return this.service.findByName(caller, name);
  }

  @Query(() => ProjectConnection, { description: "The projects that you may read." })
  projects(
    @Ctx() caller: Caller,
    @Args(() => PageArguments) page: PageArguments,
    @Arg("filter", () => ProjectFilter, { nullable: true, description: "Only these." }) filter: ProjectFilter | null,
    @OrderBy(ProjectOrder, "NAME_ASC") orderBy: keyof typeof ProjectOrder,
  ) {
    return this.service.list(caller, filter ?? {}, ProjectOrder[orderBy], page);
  }

  @FieldResolver(() => ProjectRole, {
    nullable: true,
    description: "Your role in the project; an operator counts as ADMIN.",
  })
  viewerRole(@Ctx() caller: Caller, @Root() project: Project) {
    return this.service.viewerRole(caller, project);
  }

  @Mutation(() => ProjectCreatePayload, { description: "Creates a project. Operators only." })
  async projectCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => ProjectCreateInput, { description: "The new project." }) input: ProjectCreateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("project", await this.service.create(caller, input, dryRun));
  }

  @Mutation(() => ProjectUpdatePayload, { description: "Changes a project." })
  async projectUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => ProjectUpdateInput, { description: "What to change." }) input: ProjectUpdateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("project", await this.service.update(caller, id, input, dryRun));
  }

  @Mutation(() => ProjectDeletePayload, {
    description:
      "Deletes a project with its scrape jobs, rules and contact groups. For as long as the settings say, at first 30 days, `deletedProjects` lists it and `entityRestore` brings it back with all of these; its silences and acknowledgements end, and do not come back, nor do the roles of API tokens. Its name is free at once: a new project of that name sees nothing of what was recorded of the old one, but its rules read the same series in Prometheus. Operators only.",
  })
  async projectDelete(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @DryRun() dryRun: boolean,
  ) {
    return deletePayload(await this.deletion.remove(caller, id, expectedVersion, dryRun));
  }
}
