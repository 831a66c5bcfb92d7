import { SecretLostError } from "../errors.js";
import {
  CreateApiTokenDocument,
  ListApiTokensDocument,
  RevokeApiTokenDocument,
  RotateApiTokenDocument,
} from "../generated/documents.js";
import type {
  ApiToken,
  ApiTokenCreateInput,
  ApiTokenCreatePayload,
  ApiTokenRevokePayload,
  ApiTokenRotateInput,
  ApiTokenRotatePayload,
  CreateApiTokenData,
  RotateApiTokenData,
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
   * Creates a token. Its `secret` is shown this once: the server keeps only a hash. When the answer is lost, the token is
   * made once all the same, and this rejects with a `SecretLostError`.
   */
  create<Throws extends boolean = ClientThrows>(
    input: ApiTokenCreateInput,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<ApiTokenCreatePayload, "apiToken" | "secret", Throws, false>> {
    const payloadOf = (data: CreateApiTokenData) => this.#withSecret(data.apiTokenCreate, options);
    return this.#graph.write(CreateApiTokenDocument, { input }, payloadOf, ["apiToken", "secret"], options);
  }

  /**
   * Gives a token a new `secret`, shown this once. The secret that it has works for a day more unless `previousValidFor` says
   * otherwise, one from before an earlier rotation ends. When the answer is lost, this rejects with a `SecretLostError`.
   */
  rotate<Throws extends boolean = ClientThrows>(
    id: string,
    input: ApiTokenRotateInput = {},
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<ApiTokenRotatePayload, "apiToken" | "secret", Throws, false>> {
    const payloadOf = (data: RotateApiTokenData) => this.#withSecret(data.apiTokenRotate, options);
    return this.#graph.write(RotateApiTokenDocument, { id, input }, payloadOf, ["apiToken", "secret"], options);
  }

  /** Revokes a token for good. */
  revoke<Throws extends boolean = ClientThrows>(
    id: string,
    options?: WriteOptions<Throws>,
  ): Promise<WriteResult<ApiTokenRevokePayload, "apiToken", Throws, false>> {
    return this.#graph.write(RevokeApiTokenDocument, { id }, (data) => data.apiTokenRevoke, ["apiToken"], options);
  }

  /** A payload, unless it answers a repeat of a request whose first answer was lost with the secret in it. */
  #withSecret<P extends Pick<ApiTokenCreatePayload, "apiToken" | "secret">>(payload: P, options?: WriteOptions): P {
    const { apiToken, secret } = payload;
    if (apiToken && secret === null && this.#graph.throwsOn(options)) throw new SecretLostError(apiToken.id);
    return payload;
  }
}
