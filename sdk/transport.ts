import { ClientError, GraphQLClient } from "graphql-request";
import { Deadline } from "./deadline.js";
import { type SendableDocument, type TypedDocument, toSendable } from "./document.js";
import { errorFromAnswer } from "./error-from-answer.js";
import { type GraphError, InvalidRequestError, MetricsinfraError, NetworkError } from "./errors.js";
import { checkToken, requestHeaders } from "./headers.js";
import type { CallOptions, ClientOptions, RequestEvent } from "./options.js";
import { defaultRetry, retryDelayMs, shouldRetry, wait } from "./retry.js";

/** A GraphQL answer as it came. */
export interface RawAnswer<Data> {
  /** Null when the operation failed as a whole; it may have gaps when `errors` is not empty. */
  readonly data: Data | null;
  readonly errors: ReadonlyArray<GraphError>;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  readonly status: number;
}

/** What one try brought: an answer, an error, or both. */
interface Outcome<Data> {
  readonly answer?: RawAnswer<Data>;
  readonly error?: MetricsinfraError;
}

/** Sends documents over HTTP: headers, one deadline over all tries, retries, errors. The only user of graphql-request. */
export class Transport {
  readonly #options: ClientOptions;
  readonly #url: URL;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#url = checkUrl(options.url);
    if (typeof options.token === "string") checkToken(options.token);
  }

  /** Resolves to the data of the answer; rejects when it has any error. */
  async request<Data, Variables extends object>(
    document: string | TypedDocument<Data, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): Promise<Data> {
    const { answer, error } = await this.#send<Data>(toSendable(document), variables, options);
    if (error) throw error;
    if (answer?.data) return answer.data;
    throw errorFromAnswer({ status: answer?.status ?? 0, headers: answer?.headers ?? new Headers(), errors: [] });
  }

  /** Resolves to the answer as it came, errors and all; rejects only when there was no GraphQL answer. */
  async raw<Data, Variables extends object>(
    document: string | TypedDocument<Data, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): Promise<RawAnswer<Data>> {
    const { answer, error } = await this.#send<Data>(toSendable(document), variables, options);
    if (answer) return answer;
    throw error;
  }

  /** Tries until an answer is good, may not be tried again, or the time is over. */
  async #send<Data>(document: SendableDocument, variables?: object, call: CallOptions = {}): Promise<Outcome<Data>> {
    const { operation, operationName } = document;
    if (operation === "subscription") {
      throw new InvalidRequestError("a subscription is not sent as a request: use client.subscribe", { code: "USAGE" });
    }
    const idempotencyKey = call.idempotencyKey ?? (operation === "mutation" ? crypto.randomUUID() : undefined);
    const asked = call.retry ?? this.#options.retry;
    const retry = { ...defaultRetry, ...(asked === false ? { retries: 0 } : asked) };
    const deadline = new Deadline(call.timeoutMs ?? this.#options.timeoutMs ?? 30_000, call.signal);
    let lastFailure: MetricsinfraError | undefined;
    try {
      for (let attempt = 0; ; attempt++) {
        const headers = await requestHeaders(this.#options, { headers: call.headers, idempotencyKey });
        const event: RequestEvent = { operation, operationName, attempt };
        deadline.throwIfOver(lastFailure);
        const outcome = await this.#try<Data>(document.text, variables, headers, deadline, event);
        const { error } = outcome;
        if (error === undefined) return outcome;
        lastFailure = error;
        const delayMs = retryDelayMs(error, attempt, retry);
        const again =
          shouldRetry({ error, operation, hasIdempotencyKey: idempotencyKey !== undefined, attempt, retries: retry.retries }) &&
          delayMs < deadline.remainingMs &&
          this.#options.hooks?.onRetry?.({ ...event, error, delayMs }) !== false;
        if (!again) return outcome;
        await wait(delayMs, deadline.signal);
      }
    } catch (error) {
      deadline.throwIfOver(lastFailure);
      throw error;
    } finally {
      deadline.close();
    }
  }

  async #try<Data>(
    query: string,
    variables: object | undefined,
    requestHeaders: Record<string, string>,
    deadline: Deadline,
    event: RequestEvent,
  ): Promise<Outcome<Data>> {
    const { fetch = globalThis.fetch, hooks } = this.#options;
    const startedAt = performance.now();
    let response: Response | undefined;
    const client = new GraphQLClient(this.#url.href, {
      errorPolicy: "all",
      excludeOperationName: true,
      redirect: "manual",
      fetch: async (url, init) => {
        response = await fetch(url, init);
        return response;
      },
    });
    hooks?.onRequest?.(event);
    const outcome = await client
      .rawRequest<Data, object>({ query, variables, requestHeaders, signal: deadline.signal })
      .then(toOutcome<Data>, (error: unknown) => {
        deadline.throwIfOver();
        if (error instanceof ClientError) return toOutcome<Data>(error.response);
        if (response === undefined || !isUnreadable(error)) return { error: noAnswer(this.#url, error) };
        return { error: errorFromAnswer({ status: response.status, headers: response.headers, errors: [] }) };
      });
    if (response) {
      hooks?.onResponse?.({
        ...event,
        status: response.status,
        durationMs: performance.now() - startedAt,
        requestId: response.headers.get("x-request-id") ?? undefined,
        cost: outcome.answer?.extensions.cost,
      });
    }
    return outcome;
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

function toOutcome<Data>(given: LibraryAnswer): Outcome<Data> {
  const headers = given.headers instanceof Headers ? given.headers : new Headers();
  const errors = given.errors ?? [];
  const { status } = given;
  const isGraphQL = given.data !== undefined || errors.length > 0;
  const isGood = given.data !== undefined && errors.length === 0 && status >= 200 && status < 300;
  const error = isGood ? undefined : errorFromAnswer({ status, headers, errors });
  if (!isGraphQL) return { error };
  const data = (given.data ?? null) as Data | null;
  const extensions = (given.extensions ?? {}) as Record<string, unknown>;
  return { answer: { data, errors, extensions, headers, status }, error };
}

/** Whether graphql-request could read the body, but not understand it. */
function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof Error && error.message.startsWith("Invalid execution result"));
}

function noAnswer(url: URL, cause: unknown): NetworkError {
  const root = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = root instanceof Error ? (("code" in root && String(root.code)) || root.message) : "unknown reason";
  return new NetworkError(`no answer from ${url.origin}: ${reason}`, { code: "NETWORK", retryable: true, cause });
}

/** An absolute http(s) address, or an error that says what to set. */
export function checkUrl(value: string | URL): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  throw new MetricsinfraError(
    'createClient: "url" must be an absolute http or https address without a user in it, such as https://host/graphql',
    { code: "USAGE" },
  );
}
