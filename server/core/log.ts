import { type DestinationStream, type Logger, pino } from "pino";
import { QueryFailedError } from "typeorm";

/** The structured log: one JSON object per line. */
export type Log = Logger;

/** Keys that never reach the log, at the top or up to two levels down. */
const secretKeys = ["token", "password", "secret", "authorization", "bearerToken"];

/** Makes the log, on standard output unless told otherwise. */
export function makeLog(level: string, destination?: DestinationStream): Log {
  const paths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: "[redacted]" },
    serializers: { err: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

interface LoggedError {
  readonly type: string;
  readonly code?: unknown;
  readonly message?: string;
  readonly statement?: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

/**
 * What is known of an error without the values that it was about: a driver repeats them in its message, and TypeORM adds
 * the statement's parameters.
 */
export function describeError(error: unknown): unknown {
  if (error instanceof QueryFailedError) {
    const { code } = error.driverError as { readonly code?: unknown };
    return { type: error.name, code, statement: error.query, stack: framesOf(error) } satisfies LoggedError;
  }
  if (!(error instanceof Error)) return error;
  return {
    type: error.name,
    ...("code" in error ? { code: error.code } : {}),
    message: error.message,
    stack: framesOf(error),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  } satisfies LoggedError;
}

/** The stack without its first lines, which repeat the message. */
function framesOf(error: Error): string {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
