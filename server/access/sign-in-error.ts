import type { RefusalKind, SignInRefusal } from "../clients/sign-in-refusal.js";
import { AppError, type ErrorCode } from "../core/errors.js";

const seen: Readonly<Record<RefusalKind, readonly [code: ErrorCode, message: string]>> = {
  DENIED: ["FORBIDDEN", "The sign-in was cancelled, or the provider does not let you in here."],
  SPENT: ["BAD_USER_INPUT", "This sign-in was used already, or took too long."],
  UNTRUSTED: [
    "FORBIDDEN",
    "What the provider said about you does not hold. If it happens again, tell the operators of this server: its clock or the provider's may be wrong.",
  ],
  MISCONFIGURED: [
    "INTERNAL_SERVER_ERROR",
    "This server and the provider are not set up for each other. Tell the operators of this server; its log says more.",
  ],
};

/** A refusal as the person sees it: what to do, and nothing of what was sent. The refusal is its cause, for the log. */
export function signInError(refusal: SignInRefusal): AppError {
  const [code, message] = seen[refusal.kind];
  return new AppError(code, message, { cause: refusal });
}
