import type { TypedDocument } from "./document.js";
import { NotFoundError } from "./errors.js";
import type { CallOptions, ConfigWriteOptions, WriteOptions } from "./options.js";
import { type Page, type PageArguments, Paginated } from "./paginated.js";
import type { Requests } from "./requests.js";
import { checkPayload, type Payload, type WriteResult } from "./write.js";

/** What every list takes besides its own arguments. */
export interface ListArguments {
  /** How many items one request fetches, 1 to 100. @default 100 */
  readonly pageSize?: number | undefined;
}

/** The transport with lists and with mutations whose user errors are thrown: what the namespaces are built on. */
export class Graph {
  readonly #requests: Requests;
  readonly #throws: boolean;

  constructor(requests: Requests, throws: boolean) {
    this.#requests = requests;
    this.#throws = throws;
  }

  /** Sends a document and gives its data; rejects when the answer has any error. */
  request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Data> {
    return this.#requests.request(document, variables, options);
  }

  /** A list whose pages are answers to one document. */
  list<Data, Variables extends object, Item>(
    document: TypedDocument<Data, Variables & { first?: number | null; after?: string | null }>,
    { pageSize, ...variables }: Variables & ListArguments,
    connectionOf: (data: Data) => Page<Item>,
    options?: CallOptions,
  ): Paginated<Item> {
    return new Paginated<Item>(async (page: Required<PageArguments>) => {
      const all = { ...variables, ...page } as unknown as Variables & Required<PageArguments>;
      return connectionOf(await this.#requests.request(document, all, options));
    }, pageSize);
  }

  /** Whether a mutation that brings less than it should throws, or gives its payload as it is. */
  throwsOn({ throwOnUserErrors }: Pick<WriteOptions, "throwOnUserErrors"> = {}): boolean {
    return throwOnUserErrors ?? this.#throws;
  }

  /** Sends a mutation and checks its payload, which must hold a value under each of the keys. */
  async write<
    Data,
    Variables extends object,
    P extends Payload,
    Key extends keyof P,
    Throws extends boolean,
    Dry extends boolean,
  >(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    payloadOf: (data: Data) => P,
    keys: readonly Key[],
    options: ConfigWriteOptions<Throws, Dry> = {},
  ): Promise<WriteResult<P, Key, Throws, Dry>> {
    const payload = payloadOf(await this.#requests.request(document, variables, options));
    checkPayload(payload, keys, { throws: this.throwsOn(options), dryRun: options.dryRun ?? false });
    return payload as WriteResult<P, Key, Throws, Dry>;
  }
}

/** What `node(id)` gave, without its `__typename`, if it is of the type that was meant; otherwise null, as for an absent node. */
export function nodeOf<Node extends { readonly __typename: string }, Name extends Node["__typename"]>(
  node: Node | null,
  name: Name,
): Omit<Extract<Node, { readonly __typename: Name }>, "__typename"> | null {
  if (node?.__typename !== name) return null;
  const { __typename, ...fields } = node as Extract<Node, { readonly __typename: Name }>;
  return fields;
}

/** Narrows what `node(id)` gave to the type that was meant, or throws: an id of something else is not found either. */
export function requireNode<Node extends { readonly __typename: string }, Name extends Node["__typename"]>(
  node: Node | null,
  names: readonly Name[],
  id: string,
): Extract<Node, { readonly __typename: Name }> {
  const found = names.some((name) => name === node?.__typename);
  if (node && found) return node as Extract<Node, { readonly __typename: Name }>;
  throw new NotFoundError(`there is no ${names.join(" or ")} with id ${JSON.stringify(id)} that this token may see`, {
    code: "NOT_FOUND",
  });
}
