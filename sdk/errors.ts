import type { UserError } from "./generated/types.js";

/** One entry of the `errors` of a GraphQL answer. */
export interface GraphError {
  /** What went wrong, for a person. The text is not part of the API: decide by `extensions.code`. */
  readonly message: string;
  /** The field of the answer that it belongs to. */
  readonly path?: ReadonlyArray<string | number>;
  /** Machine-readable details; `code` is one of a closed list, `requestId` names the request in the server's log. */
  readonly extensions?: { readonly code?: string; readonly requestId?: string; readonly [key: string]: unknown };
}

/** What is known of a failed request. */
export interface ErrorDetails {
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly errors?: ReadonlyArray<GraphError> | undefined;
  readonly cause?: unknown;
}

/**
 * The base of every error that this package throws. No message and no property holds a token or the variables of a
 * request, so an error may be logged as it is.
 */
export class MetricsinfraError extends Error {
  override readonly name: string = "MetricsinfraError";
  /**
   * The server's code, such as `FORBIDDEN`; `HTTP_502` and the like for an answer without one; or one of this package:
   * `NETWORK`, `TIMEOUT`, `PAGINATION`, `SECRET_LOST`, `USAGE`, `UNKNOWN`.
   */
  readonly code: string;
  /** The HTTP status of the answer; undefined when there was none. */
  readonly status: number | undefined;
  /** The name of the request in the server's log; undefined when the server did not give one. */
  readonly requestId: string | undefined;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** How long the server asked to wait before the next request, in milliseconds; undefined when it did not. */
  readonly retryAfterMs: number | undefined;
  /** The `errors` of the answer, empty when it had none. */
  readonly errors: ReadonlyArray<GraphError>;

  constructor(message: string, details: ErrorDetails = {}) {
    const notes = [details.code, details.requestId && `request ${details.requestId}`].filter(Boolean).join(", ");
    super(
      notes ? `${message} (${notes})` : message,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = details.code ?? "UNKNOWN";
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.errors = details.errors ?? [];
  }
}

/** The token is missing, unknown, expired or revoked. */
export class AuthenticationError extends MetricsinfraError {
  override readonly name = "AuthenticationError";
}

/** The token is good, but its role does not allow this. */
export class ForbiddenError extends MetricsinfraError {
  override readonly name = "ForbiddenError";
}

/** What was asked for does not exist, or is not visible with this token: the server does not say which. */
export class NotFoundError extends MetricsinfraError {
  override readonly name = "NotFoundError";
}

/** The request itself is wrong: a document that does not fit the schema, a malformed argument, a query too costly. */
export class InvalidRequestError extends MetricsinfraError {
  override readonly name = "InvalidRequestError";
}

/** The request contradicts an earlier one, such as an `Idempotency-Key` used again with other input. */
export class ConflictError extends MetricsinfraError {
  override readonly name = "ConflictError";
}

/** Too many requests, or too costly ones, in too short a time. */
export class RateLimitError extends MetricsinfraError {
  override readonly name = "RateLimitError";
}

/** A Prometheus or an Alertmanager behind the server does not answer, so live data cannot be given. */
export class UpstreamUnavailableError extends MetricsinfraError {
  override readonly name = "UpstreamUnavailableError";
}

/** The server failed, or something before it answered in its place. */
export class ServerError extends MetricsinfraError {
  override readonly name = "ServerError";
}

/** No answer came: the name was not resolved, the connection was refused or broke. `cause` is the platform's error. */
export class NetworkError extends MetricsinfraError {
  override readonly name = "NetworkError";
}

/** The answer, over all tries, took longer than `timeoutMs`. */
export class TimeoutError extends MetricsinfraError {
  override readonly name = "TimeoutError";
}

/** The server's pages do not follow one another: a cursor is missing or comes twice. */
export class PaginationError extends MetricsinfraError {
  override readonly name = "PaginationError";
}

/**
 * A token was created or rotated, but the answer that held its secret was lost, and the server keeps only a hash:
 * `client.apiTokens.rotate(error.apiTokenId)` gives the token another.
 */
export class SecretLostError extends MetricsinfraError {
  override readonly name = "SecretLostError";
  readonly apiTokenId: string;

  constructor(apiTokenId: string) {
    super(`the answer with the secret of ${apiTokenId} was lost: get another with client.apiTokens.rotate`, {
      code: "SECRET_LOST",
    });
    this.apiTokenId = apiTokenId;
  }
}

/** The input of a mutation was refused, and nothing was written. `userErrors` says what to mend. */
export class UserInputError extends MetricsinfraError {
  override readonly name = "UserInputError";
  /** What is wrong and where, one entry per mistake; never empty. */
  readonly userErrors: ReadonlyArray<UserError>;

  constructor(userErrors: ReadonlyArray<UserError>, details: ErrorDetails = {}) {
    const text = userErrors.map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message));
    super(text.join("; "), { ...details, code: userErrors[0]?.code });
    this.userErrors = userErrors;
  }
}
