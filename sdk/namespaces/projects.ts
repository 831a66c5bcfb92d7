import {
  CreateProjectDocument,
  DeleteProjectDocument,
  FindProjectDocument,
  GetProjectCapacityDocument,
  GetProjectDocument,
  ListDeletedProjectsDocument,
  ListProjectsDocument,
  UpdateProjectDocument,
} from "../generated/documents.js";
import type {
  DeletedProject,
  Project,
  ProjectCapacity,
  ProjectCreateInput,
  ProjectCreatePayload,
  ProjectDeletePayload,
  ProjectFilter,
  ProjectOrder,
  ProjectUpdateInput,
  ProjectUpdatePayload,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, RemoveOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** Which projects to list, and in which order. */
export interface ListProjectsArguments extends ListArguments {
  readonly filter?: ProjectFilter | undefined;
  readonly orderBy?: ProjectOrder | undefined;
}

/** Projects: the tenants of the monitoring. */
export class Projects<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The project with this name, or null when there is none that the token may see. */
  async find(name: string, options?: CallOptions): Promise<Project | null> {
    return (await this.#graph.request(FindProjectDocument, { name }, options)).project;
  }

  /** The project with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<Project | null> {
    const { node } = await this.#graph.request(GetProjectDocument, { id }, options);
    return nodeOf(node, "Project");
  }

  /** What the project with this id may have, and how much it has now; null when the token may not see such a project. */
  async capacity(id: string, options?: CallOptions): Promise<ProjectCapacity | null> {
    const { node } = await this.#graph.request(GetProjectCapacityDocument, { id }, options);
    return nodeOf(node, "Project");
  }

  /** All projects that the token may see. */
  list(args: ListProjectsArguments = {}, options?: CallOptions): Paginated<Project> {
    return this.#graph.list(ListProjectsDocument, args, (data) => data.projects, options);
  }

  /** The deleted projects that can still be brought back, the last deleted first: by `client.audit.restore(auditEntry.id)`. */
  deleted(args: ListArguments = {}, options?: CallOptions): Paginated<DeletedProject> {
    return this.#graph.list(ListDeletedProjectsDocument, args, (data) => data.deletedProjects, options);
  }

  /** Creates a project. */
  create<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    input: ProjectCreateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ProjectCreatePayload, "project", Throws, Dry>> {
    const variables = { input, dryRun: options?.dryRun };
    return this.#graph.write(CreateProjectDocument, variables, (data) => data.projectCreate, ["project"], options);
  }

  /** Changes a project: what the input leaves out stays as it is, null clears. */
  update<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    input: ProjectUpdateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ProjectUpdatePayload, "project", Throws, Dry>> {
    const variables = { id, input, dryRun: options?.dryRun };
    return this.#graph.write(UpdateProjectDocument, variables, (data) => data.projectUpdate, ["project"], options);
  }

  /** Removes a project with all that belongs to it. */
  remove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<ProjectDeletePayload, "deletedId", Throws, Dry>> {
    const variables = { id, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(DeleteProjectDocument, variables, (data) => data.projectDelete, ["deletedId"], options);
  }
}
