import type { ErrorRequestHandler, Response } from "express";
import { AppError, RateLimitedError } from "../core/errors.js";
import type { Log } from "../core/log.js";
import { statusByCode } from "./format-error.js";

/** Answers a request that no operation was made of, in the shape that GraphQL's errors have. */
export function refuse(response: Response, status: number, code: string, message: string, details: object = {}): void {
  const requestId = response.getHeader("x-request-id");
  if (status === 401) response.setHeader("www-authenticate", "Bearer");
  response.status(status).json({ errors: [{ message, extensions: { ...details, code, requestId } }] });
}

/** The one place where an error outside an operation becomes an HTTP answer. */
export function answerError(log: Log): ErrorRequestHandler {
  return (error: HttpError, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof AppError) {
      if (error.code === "UPSTREAM_UNAVAILABLE") {
        log.error({ err: error, requestId: response.getHeader("x-request-id") }, "A request failed");
      }
      const status = statusByCode[error.code] ?? (error.code === "UPSTREAM_UNAVAILABLE" ? 503 : 400);
      if (error instanceof RateLimitedError) response.setHeader("retry-after", String(error.retryAfterSeconds));
      refuse(response, status, error.code, error.message, error.details);
      return;
    }
    const status = error.status ?? 500;
    if (status >= 500) log.error({ err: error, requestId: response.getHeader("x-request-id") }, "A request failed");
    const [code, message] = bodyErrors[error.type ?? ""] ?? (status < 500 ? unreadable : hidden);
    refuse(response, status, code, message);
  };
}

/** What express and its body parser throw. */
interface HttpError extends Error {
  readonly status?: number;
  readonly type?: string;
}

type CodeAndMessage = readonly [code: string, message: string];

const bodyErrors: Readonly<Record<string, CodeAndMessage>> = {
  "entity.parse.failed": ["BAD_REQUEST", "The body is not valid JSON."],
  "entity.too.large": ["PAYLOAD_TOO_LARGE", "The body is too large."],
  "encoding.unsupported": ["UNSUPPORTED_MEDIA_TYPE", "The content encoding is not supported."],
  "charset.unsupported": ["UNSUPPORTED_MEDIA_TYPE", "Send UTF-8."],
};
const unreadable: CodeAndMessage = ["BAD_REQUEST", "The request cannot be read."];
const hidden: CodeAndMessage = ["INTERNAL_SERVER_ERROR", "Internal server error"];
