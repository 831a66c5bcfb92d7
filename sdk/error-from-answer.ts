import {
  AuthenticationError,
  ConflictError,
  type ErrorDetails,
  ForbiddenError,
  type GraphError,
  InvalidRequestError,
  MetricsinfraError,
  NotFoundError,
  RateLimitError,
  ServerError,
  UpstreamUnavailableError,
} from "./errors.js";

/** What an HTTP answer says about a failure. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The entries of `errors`; empty when the body is not a GraphQL answer. */
  readonly errors: ReadonlyArray<GraphError>;
}

type ErrorClass = new (message: string, details: ErrorDetails) => MetricsinfraError;

const byCode = new Map<string, ErrorClass>([
  ["UNAUTHENTICATED", AuthenticationError],
  ["FORBIDDEN", ForbiddenError],
  ["NOT_FOUND", NotFoundError],
  ["BAD_USER_INPUT", InvalidRequestError],
  ["BAD_REQUEST", InvalidRequestError],
  ["GRAPHQL_PARSE_FAILED", InvalidRequestError],
  ["GRAPHQL_VALIDATION_FAILED", InvalidRequestError],
  ["OPERATION_RESOLUTION_FAILURE", InvalidRequestError],
  ["COST_LIMIT", InvalidRequestError],
  ["CONFLICT", ConflictError],
  ["RATE_LIMITED", RateLimitError],
  ["UPSTREAM_UNAVAILABLE", UpstreamUnavailableError],
  ["INTERNAL_SERVER_ERROR", ServerError],
]);

const retryableStatuses = new Set([429, 502, 503, 504]);

/** The error that fits an answer: chosen by `extensions.code` of its first error, then by its HTTP status. */
export function errorFromAnswer({ status, headers, errors }: FailedAnswer): MetricsinfraError {
  const first = errors.find(({ extensions }) => extensions?.code !== undefined) ?? errors[0];
  const code = first?.extensions?.code;
  const ErrorClass = first ? (byCode.get(code ?? "") ?? classByStatus(status)) : classWithoutGraphQL(status);
  const said = first?.extensions?.retryable;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new ErrorClass(first ? withoutValue(first.message) + more : textByStatus(status, headers), {
    code: code ?? `HTTP_${status}`,
    status,
    requestId: headers.get("x-request-id") ?? first?.extensions?.requestId,
    errors: errors.map((error) => ({ ...error, message: withoutValue(error.message) })),
    retryable: typeof said === "boolean" ? said : isRetryable(code, status),
    retryAfterMs: retryAfterMs(headers.get("retry-after"), Date.now()),
  });
}

/**
 * The value of a `Retry-After` header in milliseconds: it is a number of seconds or a date. Undefined when it is absent
 * or neither.
 */
export function retryAfterMs(value: string | null, now: number): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function isRetryable(code: string | undefined, status: number): boolean {
  if (code === "RATE_LIMITED" || code === "UPSTREAM_UNAVAILABLE") return true;
  return (code === undefined || !byCode.has(code)) && retryableStatuses.has(status);
}

function classByStatus(status: number): ErrorClass {
  if (status === 401) return AuthenticationError;
  if (status === 403) return ForbiddenError;
  if (status === 409) return ConflictError;
  if (status === 429) return RateLimitError;
  if (status >= 500) return ServerError;
  return status >= 300 ? InvalidRequestError : MetricsinfraError;
}

/** An answer that is not GraphQL, yet claims to be good, comes from something that stands in the server's place. */
function classWithoutGraphQL(status: number): ErrorClass {
  return status >= 200 && status < 300 ? ServerError : classByStatus(status);
}

function textByStatus(status: number, headers: Headers): string {
  if (status >= 300 && status < 400) {
    return `the server redirects to ${headers.get("location") ?? "another address"}: set "url" to the graph's final address`;
  }
  if (status === 401) return "the server asks for a token";
  if (status === 404) return 'nothing is served at this address: is "url" the graph\'s, such as https://host/graphql?';
  if (status >= 200 && status < 300)
    return 'the answer is not GraphQL: is "url" the graph\'s, such as https://host/graphql?';
  return `the server answered with HTTP status ${status}`;
}

/** GraphQL's own messages quote a malformed value, which may be a secret. */
function withoutValue(message: string): string {
  return message
    .replace(/got invalid value [\s\S]*?(?=(?: at "[^"]*")?; )/, "got an invalid value")
    .replace(/( cannot represent [^:]*): [\s\S]*$/, "$1");
}
