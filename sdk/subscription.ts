import { createClient as createStreamClient } from "graphql-sse";
import { type TypedDocument, toSendable } from "./document.js";
import { errorFromAnswer } from "./error-from-answer.js";
import { type GraphError, InvalidRequestError, MetricsinfraError, NetworkError } from "./errors.js";
import { requestHeaders } from "./headers.js";
import { IdleTimer } from "./idle-timer.js";
import { noAnswer } from "./no-answer.js";
import type { ClientOptions } from "./options.js";
import { retryDelayMs, retrySettings, wait } from "./retry.js";

/** Settings of one subscription. */
export interface SubscribeOptions {
  /** Ends the subscription: the iteration stops without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Headers to add to its requests. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * A stream on which nothing at all arrives for this long, in milliseconds, counts as broken and is opened anew; the server
   * sends a heartbeat every 12 seconds. @default 40000
   */
  readonly idleTimeoutMs?: number | undefined;
}

interface Stream {
  readonly query: string;
  readonly variables: object | undefined;
  readonly options: SubscribeOptions;
}

/** Streams the answers to subscriptions over server-sent events. */
export class Subscriptions {
  readonly #options: ClientOptions<boolean>;
  readonly #url: URL;

  constructor(options: ClientOptions<boolean>, url: URL) {
    this.#options = options;
    this.#url = url;
  }

  /**
   * Yields the data of each event. A stream that breaks is opened anew after a pause, as often as needed; only an error that
   * no retry mends is thrown, such as an `AuthenticationError` when the token is revoked. A stream that the server completes
   * ends the iteration, unless it is meant to be endless.
   */
  async *subscribe<Data, Variables extends object>(
    document: string | TypedDocument<Data, Variables>,
    variables?: Variables,
    options: SubscribeOptions & { readonly endless?: boolean } = {},
  ): AsyncGenerator<Data, void, undefined> {
    const { text: query, operation, operationName } = toSendable(document);
    if (operation !== "subscription") {
      throw new InvalidRequestError(`a ${operation} is not subscribed to: use client.request`, { code: "USAGE" });
    }
    const signal = options.signal ?? new AbortController().signal;
    for (let attempt = 0; !signal.aborted; attempt++) {
      let error: MetricsinfraError;
      try {
        for await (const data of this.#open<Data>({ query, variables, options: { ...options, signal } })) {
          attempt = 0;
          yield data;
        }
        if (signal.aborted || !options.endless) return;
        error = new NetworkError("the server ended the stream", { code: "NETWORK", retryable: true });
      } catch (thrown) {
        if (signal.aborted) return;
        if (!(thrown instanceof MetricsinfraError) || !thrown.retryable) throw thrown;
        error = thrown;
      }
      const retry = retrySettings(this.#options.retry || {});
      const delayMs = retryDelayMs(error, attempt, retry);
      if (this.#options.hooks?.onRetry?.({ operation, operationName, attempt, error, delayMs }) === false) throw error;
      await wait(delayMs, signal).catch(() => undefined);
    }
  }

  async *#open<Data>({ query, variables, options }: Stream): AsyncGenerator<Data, void, undefined> {
    const { fetch = globalThis.fetch } = this.#options;
    const headers = await requestHeaders(this.#options, { headers: options.headers });
    let failure: unknown;
    const idleMs = options.idleTimeoutMs ?? 40_000;
    const idle = new IdleTimer(idleMs, () => {
      failure = new NetworkError(`the stream was silent for ${idleMs} ms`, { code: "NETWORK", retryable: true });
      stream.dispose();
    });
    const stream = createStreamClient({
      url: this.#url.href,
      headers,
      retryAttempts: 0,
      credentials: "same-origin",
      fetchFn: async (url: string, init: RequestInit) => {
        try {
          const response = await fetch(url, { ...init, redirect: "manual" }).catch((cause: unknown) => {
            throw noAnswer(this.#url, cause);
          });
          await refuseOther(response);
          return touching(response, idle);
        } catch (error) {
          failure ??= error;
          throw error;
        }
      },
    });
    const stop = () => stream.dispose();
    options.signal?.addEventListener("abort", stop, { once: true });
    try {
      const results = stream.iterate<Record<string, unknown>>({ query, variables: { ...variables } });
      for await (const { data, errors } of results) {
        if (errors && errors.length > 0) throw streamedError(errors);
        if (data) yield data as Data;
      }
      if (failure) throw failure;
    } catch (error) {
      if (failure) throw failure;
      throw error instanceof MetricsinfraError ? error : noAnswer(this.#url, error);
    } finally {
      idle.stop();
      options.signal?.removeEventListener("abort", stop);
    }
  }
}

/** Throws what an answer that is not an event stream says. */
async function refuseOther(response: Response): Promise<void> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (response.ok && isStream) return;
  const { status, headers } = response;
  const errors = errorsOf(await response.text().catch(() => ""));
  throw errorFromAnswer({ status, headers, errors });
}

function errorsOf(body: string): ReadonlyArray<GraphError> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed && "errors" in parsed && Array.isArray(parsed.errors))
      return parsed.errors;
  } catch {
    // An answer that is not JSON says no more than its status.
  }
  return [];
}

function streamedError(errors: ReadonlyArray<GraphError>): MetricsinfraError {
  return errorFromAnswer({ status: 200, headers: new Headers(), errors });
}

/** The same answer, whose every chunk, heartbeats too, touches the timer. */
function touching(response: Response, idle: IdleTimer): Response {
  const { body, status, headers } = response;
  if (!body) return response;
  const touch = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      idle.touch();
      controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(touch), { status, headers });
}
