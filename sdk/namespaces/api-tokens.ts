import {
  CreateApiTokenDocument,
  ListApiTokensDocument,
  ListProjectApiTokensDocument,
  RevokeApiTokenDocument,
} from "../generated/documents.js";
import type {
  ApiTokenCreateInput,
  ApiTokenFragment,
  CreateApiTokenMutation,
  ListProjectApiTokensQuery,
  RevokeApiTokenMutation,
} from "../generated/types.js";
import { type Graph, type ListArguments, requireNode } from "../graph.js";
import type { CallOptions, WriteOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** Which API tokens to list. */
export interface ListApiTokensArguments extends ListArguments {
  /** The id of a project, for the tokens that are members of it only. */
  readonly project?: string;
}

/** API tokens: what programs show the graph to say who they are. */
export class ApiTokens<ClientThrows extends boolean> {
  readonly #graph: Graph<ClientThrows>;

  constructor(graph: Graph<ClientThrows>) {
    this.#graph = graph;
  }

  /** The tokens that this one may see; of one project, if it is given. */
  list({ project, ...args }: ListApiTokensArguments = {}, options?: CallOptions): Paginated<ApiTokenFragment> {
    if (project === undefined) return this.#graph.list(ListApiTokensDocument, args, (data) => data.apiTokens, options);
    const tokensOf = ({ node }: ListProjectApiTokensQuery) => requireNode(node, ["Project"], project).apiTokens;
    return this.#graph.list(ListProjectApiTokensDocument, { project, ...args }, tokensOf, options);
  }

  /** Creates a token. Its `secret` is shown this once: the server keeps only a hash. */
  create<Throws extends boolean = ClientThrows>(
    input: ApiTokenCreateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<CreateApiTokenMutation["apiTokenCreate"], "apiToken" | "secret", Throws, false>> {
    const payloadOf = (data: CreateApiTokenMutation) => data.apiTokenCreate;
    return this.#graph.write(CreateApiTokenDocument, { input }, payloadOf, ["apiToken", "secret"], options);
  }

  /** Revokes a token for good. */
  revoke<Throws extends boolean = ClientThrows>(
    id: string,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<RevokeApiTokenMutation["apiTokenRevoke"], "apiToken", Throws, false>> {
    return this.#graph.write(RevokeApiTokenDocument, { id }, (data) => data.apiTokenRevoke, ["apiToken"], options);
  }
}
