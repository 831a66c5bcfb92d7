import { CreateApiTokenDocument, ListApiTokensDocument, RevokeApiTokenDocument } from "../generated/documents.js";
import type {
  ApiToken,
  ApiTokenCreateInput,
  ApiTokenCreatePayload,
  ApiTokenRevokePayload,
} from "../generated/types.js";
import type { Graph, ListArguments } from "../graph.js";
import type { CallOptions, WriteOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** API tokens: what programs show the graph to say who they are. */
export class ApiTokens<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The tokens that this one may see. */
  list(args: ListArguments = {}, options?: CallOptions): Paginated<ApiToken> {
    return this.#graph.list(ListApiTokensDocument, args, (data) => data.apiTokens, options);
  }

  /**
   * Creates a token. Its `secret` is shown this once: the server keeps only a hash. For the same reason a lost answer cannot
   * be had again, so this is not retried unless `options.retry` says so: a repeat creates another token.
   */
  create<Throws extends boolean = ClientThrows>(
    input: ApiTokenCreateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<ApiTokenCreatePayload, "apiToken" | "secret", Throws, false>> {
    const keys = ["apiToken", "secret"] as const;
    return this.#graph.write(CreateApiTokenDocument, { input }, (data) => data.apiTokenCreate, keys, {
      retry: false,
      ...options,
    });
  }

  /** Revokes a token for good. */
  revoke<Throws extends boolean = ClientThrows>(
    id: string,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<ApiTokenRevokePayload, "apiToken", Throws, false>> {
    return this.#graph.write(RevokeApiTokenDocument, { id }, (data) => data.apiTokenRevoke, ["apiToken"], options);
  }
}
