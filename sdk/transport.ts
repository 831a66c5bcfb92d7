import { ClientError, GraphQLClient } from "graphql-request";
import { errorFromAnswer } from "./error-from-answer.js";
import type { GraphError, MetricsinfraError } from "./errors.js";
import { noAnswer } from "./no-answer.js";

/** A GraphQL answer as it came. */
export interface RawAnswer<Data> {
  /** Null when the operation failed as a whole; it may have gaps when `errors` is not empty. */
  readonly data: Data | null;
  /** What went wrong; empty when nothing did. */
  readonly errors: ReadonlyArray<GraphError>;
  /** What the server adds, such as `cost`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** The HTTP status. */
  readonly status: number;
}

/** What one try brought: whole data, or an error, with the answer if there was a GraphQL one. */
export type Outcome<Data> =
  | { readonly error: undefined; readonly data: Data; readonly answer: RawAnswer<Data> }
  | { readonly error: MetricsinfraError; readonly answer: RawAnswer<Data> | undefined };

/** One request as it goes over the wire. */
export interface WireRequest {
  readonly query: string;
  readonly variables: object | undefined;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}

/** Sends one GraphQL request over HTTP, once. The only user of graphql-request, whose own errors quote the variables. */
export class Transport {
  readonly #url: URL;
  readonly #fetch: typeof globalThis.fetch;

  constructor(url: URL, fetch: typeof globalThis.fetch | undefined) {
    this.#url = url;
    this.#fetch = fetch ?? ((...request) => globalThis.fetch(...request));
  }

  async send<Data>({ query, variables, headers: requestHeaders, signal }: WireRequest): Promise<Outcome<Data>> {
    let response: Response | undefined;
    const client = new GraphQLClient(this.#url.href, {
      errorPolicy: "all",
      excludeOperationName: true,
      redirect: "manual",
      credentials: "same-origin",
      fetch: async (url, init) => {
        response = await this.#fetch(url, init);
        return response;
      },
    });
    try {
      return toOutcome(await client.rawRequest<Data, object>({ query, variables, requestHeaders, signal }));
    } catch (error) {
      if (error instanceof ClientError) return toOutcome(error.response);
      if (response === undefined || !isUnreadable(error))
        return { error: noAnswer(this.#url, error), answer: undefined };
      const { status, headers } = response;
      return { error: errorFromAnswer({ status, headers, errors: [] }), answer: undefined };
    }
  }
}

/** What graphql-request gives: the same shape for good answers and inside its `ClientError`. */
interface LibraryAnswer {
  readonly status: number;
  readonly headers?: unknown;
  readonly data?: unknown;
  readonly errors?: ReadonlyArray<GraphError> | undefined;
  readonly extensions?: unknown;
}

function toOutcome<Data>({ status, ...given }: LibraryAnswer): Outcome<Data> {
  const headers = given.headers instanceof Headers ? given.headers : new Headers();
  const errors = given.errors ?? [];
  const data = (given.data ?? null) as Data | null;
  const extensions = (given.extensions ?? {}) as Record<string, unknown>;
  const answer = { data, errors, extensions, headers, status };
  if (data !== null && errors.length === 0 && status >= 200 && status < 300) return { error: undefined, data, answer };
  const isGraphQL = given.data !== undefined || errors.length > 0;
  return { error: errorFromAnswer(answer), answer: isGraphQL ? answer : undefined };
}

/** Whether graphql-request could read the body, but not understand it. */
function isUnreadable(error: unknown): boolean {
  return (
    error instanceof SyntaxError || (error instanceof Error && error.message.startsWith("Invalid execution result"))
  );
}
