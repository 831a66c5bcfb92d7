import type { OperationKind } from "./document.js";
import type { MetricsinfraError } from "./errors.js";
import type { RetryOptions } from "./retry.js";

/** Settings of `createClient`. */
export interface ClientOptions<Throws extends boolean = true> {
  /** The graph's address, such as `https://metricsinfra.example.org/graphql`; on a page of that server, `/graphql`. */
  readonly url: string | URL;
  /**
   * The API token, or a JWT of the sign-in provider. A function is asked before each request, so that a token may be renewed
   * while the client lives. Leave it out on a page of the graph's own server, where the browser's session says who is asking.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /**
   * A token of OpenStack's Keystone instead of an API token, for servers that take one (sent as `X-Auth-Token`), or a function
   * that is asked for it before each request: such tokens live for hours only.
   */
  readonly keystoneToken?: string | (() => string | Promise<string>) | undefined;
  /** Where subscriptions are served. @default the graph's address with `/stream` added */
  readonly streamUrl?: string | URL | undefined;
  /** How requests are sent: a proxy, a client certificate, a test's stand-in. @default the platform's `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The longest time that one call may take, all its tries and pauses together, in milliseconds. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** How failed requests are tried again; false: never. */
  readonly retry?: RetryOptions | false | undefined;
  /** Your program's name and version, sent with each request so that the server's operators know whose it is. */
  readonly app?: { readonly name: string; readonly version: string } | undefined;
  /** Headers to add to every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Functions that are told what the client does, for logs and metrics. */
  readonly hooks?: ClientHooks | undefined;
  /**
   * Whether a mutation whose input was refused throws a `UserInputError`. With false it resolves to the whole payload, whose
   * `userErrors` say what to mend. @default true
   */
  readonly throwOnUserErrors?: Throws | undefined;
}

/** Settings of one call. */
export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** As in `ClientOptions`, for this call. */
  readonly timeoutMs?: number | undefined;
  /** As in `ClientOptions`, for this call. */
  readonly retry?: RetryOptions | false | undefined;
  /** Headers to add to this call. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The key by which the server knows a mutation that is sent again. @default a random one for each call */
  readonly idempotencyKey?: string | undefined;
}

/** Settings of one mutation. */
export interface WriteOptions<Throws extends boolean = boolean> extends CallOptions {
  /** As in `ClientOptions`, for this call. */
  readonly throwOnUserErrors?: Throws | undefined;
}

/** Settings of one mutation of stored configuration. */
export interface ConfigWriteOptions<Throws extends boolean = boolean, Dry extends boolean = boolean>
  extends WriteOptions<Throws> {
  /** Check everything and give the `diff`, but write nothing. @default false */
  readonly dryRun?: Dry | undefined;
}

/** Settings of the removal of something stored. */
export interface RemoveOptions<Throws extends boolean = boolean, Dry extends boolean = boolean>
  extends ConfigWriteOptions<Throws, Dry> {
  /** Remove it only if it still has this `version`; otherwise the call fails with a user error `CONFLICT`. */
  readonly expectedVersion?: number | undefined;
}

/** One try of one request; it never holds variables or headers. */
export interface RequestEvent {
  readonly operation: OperationKind;
  /** The operation's name in its document; undefined when it has none. */
  readonly operationName: string | undefined;
  /** 0 for the first try. */
  readonly attempt: number;
}

/** The answer to one try, whether it is good or bad. */
export interface ResponseEvent extends RequestEvent {
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string | undefined;
  /** What the operation cost, as the server counts it in `extensions.cost`; undefined when it did not say. */
  readonly cost: unknown;
}

/** A request that failed and is about to be sent again. */
export interface RetryEvent extends RequestEvent {
  readonly error: MetricsinfraError;
  readonly delayMs: number;
}

/** Functions that are told what a client does. What they throw reaches the caller. */
export interface ClientHooks {
  /** Called before each try. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Called after each answer. */
  readonly onResponse?: ((event: ResponseEvent) => void) | undefined;
  /** Called before each wait for another try; false gives up, and the call rejects with the error. */
  readonly onRetry?: ((event: RetryEvent) => unknown) | undefined;
}
