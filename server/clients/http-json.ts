import { UpstreamUnavailableError } from "../core/errors.js";
import { UnexpectedShape } from "./answer-shape.js";
import { describeNetworkError, wasNeverSent } from "./network-error.js";
import { readBounded } from "./read-bounded.js";
import type { Fetch } from "./upstream-fetch.js";
import type { UpstreamServer } from "./upstream-server.js";

/** How long an answer may take and how large it may be. */
export interface HttpLimits {
  /** From the request to the last byte. */
  readonly timeoutMs: number;
  /** Counted after decompression. */
  readonly maxBytes: number;
}

/** One request to a server. */
export interface HttpRequest {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Begins with "/", and is joined to the server's URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent beside those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form, instead of a body. */
  readonly form?: Readonly<Record<string, string>>;
  /** Ends the request early, for example when nobody waits for its answer any more. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** The server answered, but with a status that is not 2xx; `answer` is its JSON body, if it had one. */
export class HttpStatusError extends UpstreamUnavailableError {
  constructor(
    message: string,
    readonly status: number,
    readonly answer: unknown,
  ) {
    super(message);
  }
}

/** The request never reached the server: it may be given to another one. */
export class NeverSentError extends UpstreamUnavailableError {}

const defaultLimits: HttpLimits = { timeoutMs: 5_000, maxBytes: 64 * 1024 * 1024 };
// Of an error only its message is wanted.
const maxErrorBytes = 64 * 1024;

/**
 * Speaks JSON over HTTP with one server, and trusts nothing it says: deadline, size limit, no redirects. Each failure is an
 * `UpstreamUnavailableError` whose message names the server and never its address or credentials.
 */
export class HttpJson {
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: Fetch;
  readonly #limits: HttpLimits;
  /** For example `Alertmanager "am1"`. */
  readonly who: string;

  constructor(kind: string, server: UpstreamServer, fetch: Fetch, limits: Partial<HttpLimits> = {}) {
    this.who = `${kind} "${server.name}"`;
    this.#base = new URL(server.url);
    this.#headers = { accept: "application/json", "user-agent": "metricsinfra", ...authorization(server, this.#base) };
    this.#base.username = "";
    this.#base.password = "";
    this.#fetch = fetch;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** How long an answer may take. */
  get timeoutMs(): number {
    return this.#limits.timeoutMs;
  }

  /** What `read` makes of the JSON body of a 2xx answer, and of its headers. */
  async read<T>(request: HttpRequest, read: (answer: unknown, headers: Headers) => T): Promise<T> {
    const { answer, headers } = await this.#exchange(request, async (response) => {
      return { answer: await this.#json(response, this.#limits.maxBytes), headers: response.headers };
    });
    try {
      return read(answer, headers);
    } catch (error) {
      if (error instanceof UnexpectedShape) throw this.unexpected(error);
      throw error;
    }
  }

  /** The JSON body of a 2xx answer as it came, for who parses it elsewhere; what that finds is for `unexpected` to tell. */
  bytes(request: HttpRequest): Promise<Buffer> {
    return this.#exchange(request, (response) => this.#body(response, this.#limits.maxBytes));
  }

  /** The text of a 2xx answer, of a content type that begins with `type`. */
  async text(request: HttpRequest, type: string): Promise<string> {
    const accept = { accept: type, ...request.headers };
    const isText = (given: string) => given.toLowerCase().startsWith(type);
    const body = await this.#exchange({ ...request, headers: accept }, (response) =>
      this.#body(response, this.#limits.maxBytes, isText, type),
    );
    return body.toString();
  }

  /** The error that tells of an answer that is no JSON, or has another shape. */
  unexpected(error: UnexpectedShape | SyntaxError): UpstreamUnavailableError {
    const what = error instanceof SyntaxError ? "with JSON that is broken" : `something unexpected: ${error.message}`;
    return new UpstreamUnavailableError(`${this.who} answered ${what}.`, { cause: error });
  }

  /** Resolves when the answer is 2xx; its body is not looked at. */
  async expectOk(request: HttpRequest): Promise<void> {
    await this.#exchange(request, async (response) => response.body?.cancel());
  }

  async #exchange<T>(request: HttpRequest, consume: (response: Response) => Promise<T>): Promise<T> {
    const timeoutMs = request.timeoutMs ?? this.#limits.timeoutMs;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const cancel = () => deadline.abort();
    request.signal?.addEventListener("abort", cancel, { once: true });
    try {
      request.signal?.throwIfAborted();
      const response = await this.#send(request, deadline.signal);
      if (!response.ok) throw await this.#refusal(response);
      return await consume(response);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof UpstreamUnavailableError) throw error;
      if (deadline.signal.aborted)
        throw new UpstreamUnavailableError(`${this.who} did not answer within ${timeoutMs} ms.`);
      const Unavailable = wasNeverSent(error) ? NeverSentError : UpstreamUnavailableError;
      throw new Unavailable(`${this.who} ${describeNetworkError(error)}.`, { cause: error });
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", cancel);
    }
  }

  #send(
    { method = "GET", path, query = {}, body, form, ...request }: HttpRequest,
    signal: AbortSignal,
  ): Promise<Response> {
    const url = new URL(this.#base);
    url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
    const sent = body === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(body);
    const type = body === undefined ? "application/x-www-form-urlencoded" : "application/json";
    const content: Readonly<Record<string, string>> = sent === undefined ? {} : { "content-type": type };
    const headers = { ...this.#headers, ...content, ...request.headers };
    return this.#fetch(url, {
      method,
      headers,
      signal,
      redirect: "manual",
      ...(sent === undefined ? {} : { body: sent }),
    });
  }

  async #refusal(response: Response): Promise<UpstreamUnavailableError> {
    const { status } = response;
    if (status === 0 || (status >= 300 && status < 400)) {
      await response.body?.cancel();
      return new UpstreamUnavailableError(`${this.who} answered with a redirect, which is not followed. Mend its URL.`);
    }
    const answer = await this.#json(response, maxErrorBytes).catch(() => undefined);
    return new HttpStatusError(`${this.who} answered with status ${status}.`, status, answer);
  }

  async #json(response: Response, maxBytes: number): Promise<unknown> {
    const body = await this.#body(response, maxBytes);
    try {
      return JSON.parse(body.toString());
    } catch (error) {
      if (error instanceof SyntaxError) throw this.unexpected(error);
      throw error;
    }
  }

  async #body(response: Response, maxBytes: number, isWanted = isJson, wanted = "JSON"): Promise<Buffer> {
    const type = response.headers.get("content-type") ?? "no content type";
    if (!isWanted(type)) {
      await response.body?.cancel();
      throw new UpstreamUnavailableError(`${this.who} answered with ${type.slice(0, 50)} instead of ${wanted}.`);
    }
    const body = await readBounded(response, maxBytes);
    if (body === null) throw new UpstreamUnavailableError(`${this.who} answered with more than ${maxBytes} bytes.`);
    return body;
  }
}

function isJson(type: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(type);
}

function authorization(server: UpstreamServer, base: URL): Readonly<Record<string, string>> {
  if (server.bearerToken !== undefined) return { authorization: `Bearer ${server.bearerToken}` };
  const user = server.basicAuth?.username ?? decodeURIComponent(base.username);
  const password = server.basicAuth?.password ?? decodeURIComponent(base.password);
  if (user === "" && password === "") return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
