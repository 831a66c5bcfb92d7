import { Deadline } from "./deadline.js";
import { type SendableDocument, type TypedDocument, toSendable } from "./document.js";
import { InvalidRequestError, type MetricsinfraError } from "./errors.js";
import { requestHeaders } from "./headers.js";
import type { CallOptions, ClientOptions, RequestEvent } from "./options.js";
import { retryDelayMs, retrySettings, shouldRetry, wait } from "./retry.js";
import { type Outcome, type RawAnswer, Transport, type WireRequest } from "./transport.js";

/** Sends documents: headers, one deadline over all tries, retries, hooks. */
export class Requests {
  readonly #options: ClientOptions<boolean>;
  readonly #transport: Transport;

  constructor(options: ClientOptions<boolean>, url: URL) {
    this.#options = options;
    this.#transport = new Transport(url, options.fetch);
  }

  /** Resolves to the data of the answer; rejects when it has any error. */
  async request<Data, Variables extends object>(
    document: string | TypedDocument<Data, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): Promise<Data> {
    const outcome = await this.#send<Data>(toSendable(document), variables, options);
    if (outcome.error) throw outcome.error;
    return outcome.data;
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
    const { text: query, operation, operationName } = document;
    if (operation === "subscription") {
      throw new InvalidRequestError("a subscription is not sent as a request: use client.subscribe", { code: "USAGE" });
    }
    const idempotencyKey = call.idempotencyKey ?? (operation === "mutation" ? newIdempotencyKey() : undefined);
    const retry = retrySettings(call.retry ?? this.#options.retry);
    const deadline = new Deadline(call.timeoutMs ?? this.#options.timeoutMs ?? 30_000, call.signal);
    const { signal } = deadline;
    let failure: MetricsinfraError | undefined;
    try {
      for (let attempt = 0; ; attempt++) {
        const event = { operation, operationName, attempt };
        const headers = await deadline.race(requestHeaders(this.#options, { headers: call.headers, idempotencyKey }));
        const outcome = await deadline.race(this.#try<Data>({ query, variables, headers, signal }, event));
        deadline.throwIfOver(failure);
        if (outcome.error === undefined) return outcome;
        failure = outcome.error;
        const delayMs = retryDelayMs(failure, attempt, retry);
        const failed = { error: failure, operation, hasIdempotencyKey: idempotencyKey !== undefined, attempt };
        if (!shouldRetry({ ...failed, retries: retry.retries }) || delayMs >= deadline.remainingMs) return outcome;
        if (this.#options.hooks?.onRetry?.({ ...event, error: failure, delayMs }) === false) return outcome;
        await wait(delayMs, signal);
      }
    } catch (error) {
      deadline.throwIfOver(failure);
      throw error;
    } finally {
      deadline.close();
    }
  }

  async #try<Data>(request: WireRequest, event: RequestEvent): Promise<Outcome<Data>> {
    const { hooks } = this.#options;
    hooks?.onRequest?.(event);
    const startedAt = performance.now();
    const outcome = await this.#transport.send<Data>(request);
    const status = outcome.answer?.status ?? outcome.error?.status;
    if (status !== undefined) {
      hooks?.onResponse?.({
        ...event,
        status,
        durationMs: performance.now() - startedAt,
        requestId: outcome.answer?.headers.get("x-request-id") ?? outcome.error?.requestId,
        cost: outcome.answer?.extensions.cost,
      });
    }
    return outcome;
  }
}

/** 128 random bits. (Browsers have `crypto.randomUUID` on pages served over https alone.) */
function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
