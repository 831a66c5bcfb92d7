import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { AppError } from "../core/errors.js";
import { messageWithoutValue } from "./message-without-value.js";

/** An error as a caller may see it, and the one behind it that only the log may hold. */
export interface SeenError {
  readonly formatted: GraphQLFormattedError;
  /** What to log; null for mistakes of the caller. */
  readonly unexpected: unknown;
}

/** The HTTP status of an answer that has no data because of an error with this code. */
export const statusByCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  COST_LIMIT: 400,
};

/** Maps whatever was thrown to what a caller may see: an AppError's code and message, else nothing but that it failed. */
export function seenError(formatted: GraphQLFormattedError, thrown: unknown): SeenError {
  const cause = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
  if (cause instanceof AppError) {
    const extensions = { ...cause.details, code: cause.code };
    const unexpected = cause.code === "UPSTREAM_UNAVAILABLE" || cause.code === "INTERNAL_SERVER_ERROR" ? cause : null;
    return { formatted: { ...formatted, message: cause.message, extensions }, unexpected };
  }
  if (cause instanceof GraphQLError) {
    const { code: given = "INTERNAL_SERVER_ERROR", cost, limit } = formatted.extensions ?? {};
    // What graphql-js says of variables has no code; what goes wrong inside happens in a field, and has a path.
    const code = given === "INTERNAL_SERVER_ERROR" && formatted.path === undefined ? "BAD_USER_INPUT" : given;
    const known = code !== "INTERNAL_SERVER_ERROR";
    const extensions = { code, ...(cost === undefined ? {} : { cost }), ...(limit === undefined ? {} : { limit }) };
    const message = known ? messageWithoutValue(formatted.message, cause.message).replace(suggestion, "") : hidden;
    return { formatted: { ...formatted, message, extensions }, unexpected: known ? null : cause };
  }
  return {
    formatted: { ...formatted, message: hidden, extensions: { code: "INTERNAL_SERVER_ERROR" } },
    unexpected: isHangUp(cause) ? null : cause,
  };
}

/** The error with the id of its request, by which the log can be searched. */
export function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  return { ...error, extensions: { ...error.extensions, requestId } };
}

/** Whether work was broken off because the client left: nobody reads the answer, and nothing went wrong. */
function isHangUp(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "AbortError";
}

const hidden = "Internal server error";

/** A coercion error knows the schema: its "Did you mean" would let a stranger guess names. */
const suggestion = / ?Did you mean [^?]*\?/g;
