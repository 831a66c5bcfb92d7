import { NetworkError } from "./errors.js";

/** The error for a request to which no whole answer came. It names the host, not the address: that may hold a secret. */
export function noAnswer(url: URL, cause: unknown): NetworkError {
  const root = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = root instanceof Error && "code" in root ? String(root.code) : undefined;
  const reason = code ?? (root instanceof Error ? root.message : "unknown reason");
  return new NetworkError(`no answer from ${url.origin}: ${reason}`, { code: "NETWORK", retryable: true, cause });
}
