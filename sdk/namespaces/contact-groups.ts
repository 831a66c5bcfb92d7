import { ForbiddenError } from "../errors.js";
import {
  CreateContactGroupDocument,
  DeleteContactGroupDocument,
  GetContactGroupDocument,
  ListContactGroupsDocument,
  UpdateContactGroupDocument,
} from "../generated/documents.js";
import type {
  ContactGroup,
  ContactGroupCreateInput,
  ContactGroupCreatePayload,
  ContactGroupDeletePayload,
  ContactGroupOrder,
  ContactGroupUpdateInput,
  ContactGroupUpdatePayload,
  ListContactGroupsData,
} from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf, requireNode } from "../graph.js";
import type { CallOptions, ConfigWriteOptions, RemoveOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** Which contact groups to list, and in which order. */
export interface ListContactGroupsArguments extends ListArguments {
  /** The project's id. */
  readonly project: string;
  readonly orderBy?: ContactGroupOrder | undefined;
}

/** Contact groups: who of a project is told of its alerts, and how. */
export class ContactGroups<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The contact group with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<ContactGroup | null> {
    const { node } = await this.#graph.request(GetContactGroupDocument, { id }, options);
    return nodeOf(node, "ContactGroup");
  }

  /** The contact groups of a project. */
  list(args: ListContactGroupsArguments, options?: CallOptions): Paginated<ContactGroup> {
    const groupsOf = (data: ListContactGroupsData) => {
      const { contactGroups } = requireNode(data.node, ["Project"], args.project);
      if (contactGroups !== null) return contactGroups;
      throw new ForbiddenError("this token may not read contact groups", { code: "FORBIDDEN" });
    };
    return this.#graph.list(ListContactGroupsDocument, args, groupsOf, options);
  }

  /** Creates a contact group. */
  create<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    input: ContactGroupCreateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ContactGroupCreatePayload, "contactGroup", Throws, Dry>> {
    const variables = { input, dryRun: options?.dryRun };
    return this.#graph.write(
      CreateContactGroupDocument,
      variables,
      (data) => data.contactGroupCreate,
      ["contactGroup"],
      options,
    );
  }

  /** Changes a contact group: what the input leaves out stays as it is. A list of contacts replaces the old one. */
  update<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    input: ContactGroupUpdateInput,
    options?: ConfigWriteOptions<Throws, Dry>,
  ): Promise<WriteResult<ContactGroupUpdatePayload, "contactGroup", Throws, Dry>> {
    const variables = { id, input, dryRun: options?.dryRun };
    return this.#graph.write(
      UpdateContactGroupDocument,
      variables,
      (data) => data.contactGroupUpdate,
      ["contactGroup"],
      options,
    );
  }

  /** Removes a contact group. */
  remove<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    id: string,
    options?: RemoveOptions<Throws, Dry>,
  ): Promise<WriteResult<ContactGroupDeletePayload, "deletedId", Throws, Dry>> {
    const variables = { id, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(
      DeleteContactGroupDocument,
      variables,
      (data) => data.contactGroupDelete,
      ["deletedId"],
      options,
    );
  }
}
