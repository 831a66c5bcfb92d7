import { AppError, type ErrorCode, UpstreamUnavailableError } from "../core/errors.js";
import type { UserErrorCode } from "../graph/user-error.js";
import type { SilenceResult } from "./silence-bulk-payload.js";

const codes: Readonly<Partial<Record<ErrorCode, UserErrorCode>>> = {
  NOT_FOUND: "NOT_FOUND",
  FORBIDDEN: "FORBIDDEN",
  CONFLICT: "CONFLICT",
  COST_LIMIT: "LIMIT",
  UPSTREAM_UNAVAILABLE: "UNAVAILABLE",
};

/** What is told of one silence that fails, so that it does not hide what came of the others. */
export function failed(id: string, error: unknown, prefix = ""): SilenceResult {
  const code = error instanceof AppError ? codes[error.code] : undefined;
  if (!(error instanceof AppError) || code === undefined) throw error;
  const message = code === "UNAVAILABLE" ? `${prefix}${error.message}` : error.message;
  return { id, silence: null, userErrors: [{ code, message, path: ["of"] }] };
}

/** Where nothing at all could be asked, all is as with a single silence. */
export function requireSome(results: readonly SilenceResult[]): void {
  const failures = results.map(({ userErrors }) => userErrors.find(({ code }) => code === "UNAVAILABLE"));
  if (failures[0] !== undefined && !failures.includes(undefined))
    throw new UpstreamUnavailableError(failures[0].message);
}
