/** The closed list of codes that reach a caller in `errors[].extensions.code`. Codes are API; messages are not. */
export type ErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "BAD_USER_INPUT"
  | "NOT_FOUND"
  | "CONFLICT"
  | "RATE_LIMITED"
  | "COST_LIMIT"
  | "UPSTREAM_UNAVAILABLE"
  | "INTERNAL_SERVER_ERROR";

/** An error whose message may be shown to the caller; anything else that is thrown is answered as "Internal server error". */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = options.details ?? {};
  }

  /** Further keys for `extensions`, for example `{ cost, limit }`. Never secrets. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Nobody is signed in, or the token is unknown, expired or revoked; the three look the same. */
export class UnauthenticatedError extends AppError {
  constructor(message = "A valid API token is needed. Send it as `Authorization: Bearer <token>`.") {
    super("UNAUTHENTICATED", message);
  }
}

/** The caller sees the object, and may not do this to it. */
export class ForbiddenError extends AppError {
  constructor(message: string) {
    super("FORBIDDEN", message);
  }
}

/** Input that no retry and no permission would make valid; `path` names the argument. */
export class BadUserInputError extends AppError {
  constructor(message: string, path?: readonly string[]) {
    super("BAD_USER_INPUT", message, { details: path ? { path } : {} });
  }
}

/** The object is absent or invisible to the caller; the two look the same. */
export class NotFoundError extends AppError {
  constructor(what: string) {
    super("NOT_FOUND", `${what} not found.`);
  }
}

/** The request contradicts what is stored now, for example a reused idempotency key. */
export class ConflictError extends AppError {
  constructor(message: string) {
    super("CONFLICT", message);
  }
}

/** More was asked for than the caller may have in a time; the same request may succeed later. */
export class RateLimitedError extends AppError {
  constructor(
    message: string,
    /** When it is worth asking again; the answer's `Retry-After`. */
    readonly retryAfterSeconds: number,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super("RATE_LIMITED", message, { details: { ...details, retryAfterSeconds } });
  }
}

/** The operation does more work than its caller may ask for at once; the same request will never succeed. */
export class CostLimitError extends AppError {
  constructor(message: string, details: Readonly<Record<string, unknown>>) {
    super("COST_LIMIT", message, { details });
  }
}

/** A Prometheus, an Alertmanager or the database did not answer, or answered nonsense. */
export class UpstreamUnavailableError extends AppError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super("UPSTREAM_UNAVAILABLE", message, options);
  }
}
